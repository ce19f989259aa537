package thirdparty_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/nettest/explore"
)

// compareFinds holds FINDS.md against what was done, or writes it.
func compareFinds(t *testing.T, done []searched) {
	t.Helper()
	for _, name := range []string{"FAKEWIRE_PLANS", "FAKEWIRE_BUDGET", "FAKEWIRE_SEED", "FAKEWIRE_SHARD"} {
		if os.Getenv(name) != "" {
			t.Logf("with %s the tables are others: FINDS.md is not compared", name)
			return
		}
	}
	versions, err := moduleVersions()
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(done, func(a, b searched) int { return cmp.Compare(a.Name, b.Name) })
	want := findsFile(done, versions)
	const file = "FINDS.md"
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o666); err != nil {
			t.Error(err)
		}
		return
	}
	is, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(is), "\n")
	for i, line := range strings.Split(want, "\n") {
		if i >= len(lines) || lines[i] != line {
			t.Errorf("%s differs in line %d, want\n%s\nTo write it: go test -update", file, i+1, line)
			return
		}
	}
	if len(is) != len(want) {
		t.Errorf("%s has more than it should. To write it: go test -update", file)
	}
}

// moduleVersions returns the version of each module.
func moduleVersions() (map[string]string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "all").Output()
	if err != nil {
		return nil, fmt.Errorf("go list -m all: %w", err)
	}
	versions := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		versions[path] = version
	}
	return versions, nil
}

// findsFile returns what FINDS.md has to be.
func findsFile(done []searched, versions map[string]string) string {
	var b strings.Builder
	b.WriteString(findsHead)
	b.WriteString("## What was tried\n\nPlans whose rules all acted, of those that were tried, by wave.\n\n")
	b.WriteString("| client | version | steps | on | plans | fired | 0 | 1 | 2 | 3 | 4 | 5 | 6 | oracles that are off | finds |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, s := range done {
		b.WriteString(s.row(versions))
	}
	b.WriteString("\n## What was found\n\n")
	b.WriteString("| client | plan | oracle | verdict | what | why | known as |\n|---|---|---|---|---|---|---|\n")
	for _, s := range done {
		for _, k := range s.Finds {
			oracle, _, _ := strings.Cut(s.comment(k), ":")
			fmt.Fprintf(&b, "| %s | [%s](%s/%s.json) | %s | %s | %s | %s | %s |\n", s.Name, k.File, s.dir(), k.File, oracle, k.Verdict, k.What, k.Why, cmp.Or(k.Issue, "–"))
		}
	}
	b.WriteString("\n## What looked like a find, and was none\n\n")
	for _, s := range done {
		for _, text := range s.Not {
			fmt.Fprintf(&b, "- **%s**: %s\n", s.Name, text)
		}
	}
	b.WriteString("\n## Notes\n\n")
	for _, s := range done {
		if s.Note != "" {
			fmt.Fprintf(&b, "- **%s**: %s.\n", s.Name, s.Note)
		}
	}
	return b.String()
}

const findsHead = `# Third-party clients that were explored

This file is written by ` + "`go test -update`" + `, and the tests compare it. A find is a *bug* if the client's documentation or that of what it
implements says otherwise; else a *limitation*, which surprises. All finds that the search made are shrunk, and broke the client in each of 100 runs, or of
20 on sockets. Each stays as it is, or the test fails.

`

// comment returns what the file of a find says.
func (e explored) comment(k known) string {
	p, err := e.plan(k)
	if err != nil {
		return err.Error()
	}
	return p.Comment
}

// row returns the row of what was tried.
func (s searched) row(versions map[string]string) string {
	medium := "memory"
	if slices.ContainsFunc(s.report.Notes, func(note string) bool { return strings.Contains(note, "is on sockets") }) {
		medium = "sockets"
	}
	t := s.report.Tally
	cells := []any{s.Name, versions[s.Module], strings.Join(s.steps, ", "), medium, t.Plans, t.Fired}
	for _, w := range t.Waves {
		cells = append(cells, fmt.Sprintf("%d/%d", w.Fired, w.Plans))
	}
	text := "|"
	for _, cell := range append(cells, s.off(), len(s.Finds)) {
		text += fmt.Sprintf(" %v |", cell)
	}
	return text + "\n"
}

// off returns the oracles that are off, with the reasons.
func (s searched) off() string {
	var off []string
	for oracle, why := range s.Off {
		off = append(off, fmt.Sprintf("%s: %s", oracle, why))
	}
	if s.Config.OneConn {
		off = append(off, fmt.Sprintf("%s: it has one connection for good", explore.Recovery))
	}
	if len(off) == 0 {
		return "–"
	}
	slices.Sort(off)
	return strings.Join(off, "; ")
}
