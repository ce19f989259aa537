package clientview_test

import (
	"go/doc/comment"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// subjects returns what the row is about, in the words of the package's doc.
func (v view) subjects() []string {
	if len(v.rules) == 0 {
		return []string{v.about}
	}
	var all []string
	for _, r := range v.rules {
		switch r.Direction {
		case transcript.Neither, fault.ServerStart:
			all = append(all, faultgen.Place(r.Direction))
		default:
			all = append(all, reflect.TypeOf(r.Fault).Name())
		}
	}
	return all
}

// classesOf returns the classes that the rows' operations give, by what they are about.
func classesOf(m fault.Medium) map[string]map[class]bool {
	all := map[string]map[class]bool{}
	for _, v := range views() {
		if v.medium != m || v.about == "no fault" {
			continue
		}
		for _, about := range v.subjects() {
			if all[about] == nil {
				all[about] = map[class]bool{}
			}
			for _, s := range v.steps {
				all[about][s.want.err] = true
			}
		}
	}
	return all
}

// An entry is one line of the doc's tables, with those that carry it on.
type entry struct{ about, sees string }

// docTables returns the tables of the section of package doc with that title.
func docTables(t *testing.T, title string) [][]entry {
	f, err := parser.ParseFile(token.NewFileSet(), "../../doc.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var tables [][]entry
	inside := false
	for _, block := range new(comment.Parser).Parse(f.Doc.Text()).Content {
		switch b := block.(type) {
		case *comment.Heading:
			inside = len(b.Text) == 1 && b.Text[0] == comment.Plain(title)
		case *comment.Code:
			if inside {
				tables = append(tables, entries(b.Text))
			}
		}
	}
	return tables
}

// entries reads a table of two columns. Its first line says where the second begins.
func entries(text string) []entry {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	column := strings.Index(lines[0], "what the client sees")
	var all []entry
	for _, line := range lines[1:] {
		about := strings.TrimSpace(line[:column])
		if about == "" {
			all[len(all)-1].sees += " " + line[column:]
			continue
		}
		all = append(all, entry{about, line[column:]})
	}
	return all
}

var classNames = regexp.MustCompile(`\b(ErrUnexpectedEOF|EOF|timeout|E[A-Z]{4,})\b`)

// The doc's tables have what the rows have, and name no error that no row gives.
func TestDocSaysWhatClientViewsShow(t *testing.T) {
	tables := docTables(t, "What a client sees")
	if len(tables) != 2 {
		t.Fatalf("the doc has %d tables, want one of streams and one of datagrams", len(tables))
	}
	for i, m := range []fault.Medium{fault.Streams, fault.Datagrams} {
		rows, told := classesOf(m), map[string]bool{}
		for _, e := range tables[i] {
			for _, about := range strings.Split(e.about, ", ") {
				told[about] = true
				for _, name := range classNames.FindAllString(e.sees, -1) {
					if !rows[about][class(name)] {
						t.Errorf("%v, %s: the doc speaks of %s, and no row gives it", m, about, name)
					}
				}
			}
		}
		if want, got := slices.Sorted(maps.Keys(rows)), slices.Sorted(maps.Keys(told)); !slices.Equal(got, want) {
			t.Errorf("%v: the doc tells of\n\t%q, and the rows of\n\t%q", m, got, want)
		}
	}
}
