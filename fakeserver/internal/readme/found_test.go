package readme

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

const foundHeading, foundFile = "## What it has found", "scenarios/examples/README.md"

// The README has a finding about each subject of which something was found, and only what the README of the examples says,
// which is checked there.
func TestFindingsAreThoseOfTheExamples(t *testing.T) {
	m := newModule(t)
	all := findings(m.read(t, foundFile))
	if len(all) < 20 {
		t.Fatalf("%s has only %d findings", foundFile, len(all))
	}
	shown := map[string]bool{}
	for _, row := range tableRows(section(t, m.read(t, "README.md"), foundHeading)) {
		if len(row) != 3 || !slices.ContainsFunc(all, func(f finding) bool { return f == finding{row[0], row[1], row[2]} }) {
			t.Errorf("README.md: %s does not say %q", foundFile, row)
		}
		shown[row[0]] = true
	}
	for _, f := range all {
		if !shown[f.subject] {
			t.Errorf("README.md: %q has no finding about %s", foundHeading, f.subject)
			shown[f.subject] = true
		}
	}
}

// A finding is that a subject breaks a promise.
type finding struct{ subject, promise, why string }

// findings returns what the README of the examples says, which also has a column of what shows it.
func findings(markdown string) (all []finding) {
	for _, row := range tableRows(markdown) {
		if len(row) == 4 {
			all = append(all, finding{row[0], row[1], row[3]})
		}
	}
	return all
}

// tableRows returns the cells of each row of the tables in markdown, without those at the head.
func tableRows(markdown string) (rows [][]string) {
	head := true
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		switch {
		case !strings.HasPrefix(line, "|"):
			head = true
		case strings.HasPrefix(line, "|-"):
			head = false
		case !head:
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

func TestTableRows(t *testing.T) {
	got := tableRows("text | text\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | |\n\n| c |\n|---|\n| 4 |\n")
	want := [][]string{{"1", "2"}, {"3", ""}, {"4"}}
	if !slices.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("tableRows = %q, want %q", got, want)
	}
}

// How to get the module, and what Go it needs, stand at the README's top.
func TestInstallIsWhatGoModSays(t *testing.T) {
	m := newModule(t)
	top, _, _ := strings.Cut(m.read(t, "README.md"), "\n## ")
	if want := "```sh\ngo get " + m.path + "\n```\n"; !strings.Contains(top, want) {
		t.Errorf("README.md does not begin with %q", want)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(m.read(t, "go.mod"))
	if want := "Go " + version[1] + " or newer"; !strings.Contains(top, want) {
		t.Errorf("README.md does not say %q at its top", want)
	}
}
