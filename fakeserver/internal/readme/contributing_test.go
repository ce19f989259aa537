package readme

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/faultgen"
)

// A file that names each fault for streams, or each for datagrams, is a table that a new fault must
// go into: "Add a fault" in CONTRIBUTING.md names it, or its folder.
func TestAddAFaultNamesEachTable(t *testing.T) {
	m := newModule(t)
	text := section(t, m.read(t, "CONTRIBUTING.md"), "## Add a fault")
	tables, err := tablesOfFaults(os.DirFS(m.root))
	if err != nil {
		t.Fatal(err)
	}
	if len(tables) < 8 {
		t.Errorf("the tables of faults are %v: where are the others?", tables)
	}
	for _, table := range tables {
		if !strings.Contains(text, "`"+table+"`") && !strings.Contains(text, "`"+path.Dir(table)+"/`") {
			t.Errorf(`CONTRIBUTING.md: "Add a fault" does not name %s, which names each fault`, table)
		}
	}
}

// section returns the part of a text that has the heading.
func section(t *testing.T, markdown, heading string) string {
	t.Helper()
	_, after, ok := strings.Cut(markdown, "\n"+heading+"\n")
	if !ok {
		t.Fatalf("there is no section %q", heading)
	}
	text, _, _ := strings.Cut(after, "\n## ")
	return text
}

// tablesOfFaults returns the files in which each fault for streams, or each for datagrams, is named.
func tablesOfFaults(root fs.FS) (tables []string, err error) {
	streams, datagrams := namesOf(fault.Streams), namesOf(fault.Datagrams)
	err = fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || file == "CONTRIBUTING.md" || !slices.Contains([]string{".go", ".md", ".json"}, path.Ext(file)):
			return nil
		}
		text, err := fs.ReadFile(root, file)
		if hasAll(text, streams) || hasAll(text, datagrams) {
			tables = append(tables, file)
		}
		return err
	})
	return tables, err
}

// namesOf returns what finds each fault for m: as its type, or as a quoted kind.
func namesOf(m fault.Medium) (all []*regexp.Regexp) {
	for _, kind := range faultgen.All(m) {
		all = append(all, regexp.MustCompile(fmt.Sprintf(`\b%s\b|["/]%s"`, faultName(m, kind), kind)))
	}
	return all
}

func hasAll(text []byte, names []*regexp.Regexp) bool {
	return !slices.ContainsFunc(names, func(name *regexp.Regexp) bool { return !name.Match(text) })
}
