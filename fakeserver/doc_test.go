package fakeserver_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What the package's doc says that something is called here is there.
func TestNamesOfCalledElsewhereExist(t *testing.T) {
	exported := exports(t)
	name := regexp.MustCompile(`\b(?:[a-z]+\.)?[A-Z]\w*(?:\.[A-Z]\w*)*`)
	rows := calledElsewhere(t)
	if len(rows) < 35 {
		t.Errorf("the tables have %d rows: where are the others?", len(rows))
	}
	for _, row := range rows {
		names := slices.DeleteFunc(name.FindAllString(row[1], -1), func(n string) bool { return strings.HasPrefix(n, "http.") })
		if len(names) == 0 {
			t.Errorf("%s: %q names nothing", row[0], row[1])
		}
		for _, n := range names {
			if !exported[n] {
				t.Errorf("%s is %q: there is no %s", row[0], row[1], n)
			}
		}
	}
	for _, n := range []string{"Server.Vanish", "fault.Vanish", "Vanish", "fault.Rule.Vanish"} {
		if exported[n] {
			t.Errorf("%s is said to exist", n)
		}
	}
}

// calledElsewhere returns the rows of the doc's tables: what it is called elsewhere, and here.
func calledElsewhere(t *testing.T) (rows [][2]string) {
	t.Helper()
	for _, f := range parse(t, func(file string) bool { return file == "doc.go" }) {
		_, after, _ := strings.Cut(f.Doc.Text(), "# Called elsewhere\n")
		section, _, _ := strings.Cut(after, "\n# ")
		for line := range strings.Lines(section) {
			cells := regexp.MustCompile(`  +`).Split(strings.TrimSpace(line), 2)
			if strings.HasPrefix(line, "\t") && len(cells) == 2 && cells[1] != "here" {
				rows = append(rows, [2]string{cells[0], cells[1]})
			}
		}
	}
	return rows
}

// exports returns what this package, fault and transcript export, as .ci/api has it: "Start",
// "Server.Down", "fault.Plan.Seed".
func exports(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	line := regexp.MustCompile(`^(?:type|func|var|const|field|method) (?:\(\*?(\w+)\) )?([\w.]+)`)
	for prefix, file := range map[string]string{"": "", "fault.": "/fault", "transcript.": "/transcript"} {
		text, err := os.ReadFile("../.ci/api/fakeserver" + file + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(string(text)) {
			if m := line.FindStringSubmatch(l); m != nil && m[1] != "" {
				all[prefix+m[1]+"."+m[2]] = true
			} else if m != nil {
				all[prefix+m[2]] = true
			}
		}
	}
	return all
}
