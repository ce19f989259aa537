package scenarios

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
)

// A column is what became of one subject's promises. One that runs on sockets and in memory has one
// column.
type column struct {
	name            string
	sockets, memory findings
}

// columnsOf returns a column for each subject of one kind, in the order of the subjects.
func columnsOf(all findings) []column {
	var columns []column
	for _, f := range all {
		i := slices.IndexFunc(columns, func(c column) bool { return c.takes(f) })
		if i < 0 {
			i, columns = len(columns), append(columns, column{name: f.plainName()})
		}
		if f.Memory {
			columns[i].memory = append(columns[i].memory, f)
		} else {
			columns[i].sockets = append(columns[i].sockets, f)
		}
	}
	seen := map[string]bool{}
	for i, c := range columns {
		if c.sockets == nil {
			columns[i].name += " (in memory)"
		}
		if seen[c.name] {
			columns[i].name += " (" + c.place() + ")"
		}
		seen[c.name] = true
	}
	return columns
}

// takes reports whether f is about the column's subject. Two subjects on sockets that have one name
// are two.
func (c column) takes(f finding) bool {
	same := c.sockets
	if f.Memory {
		same = c.memory
	}
	return c.name == f.plainName() && (same == nil || same[0].sameSubject(f))
}

// place returns where the subject is described.
func (c column) place() string {
	f := slices.Concat(c.sockets, c.memory)[0]
	return fmt.Sprintf("%s:%d", filepath.Base(f.file), f.line)
}

// saysMemory is how texts of Describe functions end that say where the subject runs.
var saysMemory = regexp.MustCompile(`(?i),? (\(in memory\)|in memory)$`)

// plainName returns the subject's name without where it runs.
func (f finding) plainName() string {
	if !f.Memory {
		return f.Subject
	}
	return saysMemory.ReplaceAllString(f.Subject, "")
}

// cell returns what the table says of a promise: the verdict, or both if the subject does one thing
// on sockets and another in memory.
func (c column) cell(promise string) string {
	on, in := c.sockets.verdict(promise), c.memory.verdict(promise)
	switch {
	case on == in, in.isSilent():
		return on.short()
	case on.isSilent():
		return in.short()
	}
	return fmt.Sprintf("%s; %s in memory", on.short(), in.short())
}

// isSilent reports whether v says nothing of the subject.
func (v verdict) isSilent() bool { return v == "" || v == notPromised || v == notRun }

// short returns the verdict as a cell of the table.
func (v verdict) short() string {
	switch v {
	case notPromised:
		return "–"
	case notApplicable:
		return "n/a"
	}
	return string(v)
}

// verdict returns what became of a promise of one subject, or "".
func (all findings) verdict(promise string) verdict {
	for _, f := range all {
		if f.Promise == promise {
			return f.Verdict
		}
	}
	return ""
}

// kept returns the variables of the promises that the subject keeps wherever it was put to the test.
func (c column) kept() []string {
	var variables []string
	listed := listing()
	for _, f := range slices.Concat(c.sockets, c.memory) {
		v := listed[f.Promise].variable
		if c.cell(f.Promise) == string(kept) && v != "" && !slices.Contains(variables, v) {
			variables = append(variables, v)
		}
	}
	return variables
}

// namesOf returns the names of the promises that the columns have, in their order.
func namesOf(columns []column) []string {
	var all findings
	for _, c := range columns {
		all = append(all, c.sockets...)
		all = append(all, c.memory...)
	}
	listed, names := listing(), all.promises()
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(listed[a].rank, listed[b].rank) })
	return names
}
