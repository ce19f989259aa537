package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// findings is the table of subjects and promises, as a list.
type findings []finding

// String returns the table for people. For each kind of subject it has a line for each promise,
// with a column for each subject, of those of which something ran; then, for each subject, what it
// keeps, to be pasted; and in its last lines how many promises there are of each verdict.
func (all findings) String() string {
	var b strings.Builder
	var kinds []string
	for _, f := range all {
		if f.Verdict != notRun && !slices.Contains(kinds, f.kind) {
			kinds = append(kinds, f.kind)
		}
	}
	for _, kind := range kinds {
		columns := columnsOf(all.of(kind).thatRan())
		writeTable(&b, columns)
		writeKept(&b, columns)
	}
	b.WriteString(all.count())
	return b.String()
}

// thatRan returns the findings about subjects and promises of one kind of which
// something ran.
func (all findings) thatRan() findings {
	ran := slices.DeleteFunc(slices.Clone(all), func(f finding) bool { return f.Verdict == notRun })
	promises := ran.promises()
	return slices.DeleteFunc(slices.Clone(all), func(f finding) bool {
		return !slices.Contains(promises, f.Promise) || !slices.ContainsFunc(ran, f.sameSubject)
	})
}

// count returns how many findings there are of each verdict, those on sockets and those in memory
// apart.
func (all findings) count() string {
	var lines []string
	for _, where := range []struct {
		memory bool
		text   string
	}{{false, "on sockets: "}, {true, "in memory: "}} {
		var counts []string
		for _, v := range verdicts {
			n := 0
			for _, f := range all {
				if f.Verdict == v && f.Memory == where.memory {
					n++
				}
			}
			if n > 0 {
				counts = append(counts, fmt.Sprintf("%d %s", n, v))
			}
		}
		if counts != nil {
			lines = append(lines, where.text+strings.Join(counts, ", "))
		}
	}
	return strings.Join(lines, "\n")
}

// of returns the findings about one kind of subject.
func (all findings) of(kind string) findings {
	return slices.DeleteFunc(slices.Clone(all), func(f finding) bool { return f.kind != kind })
}

// promises returns the promises' names, in their order.
func (all findings) promises() []string {
	var names []string
	for _, f := range all {
		if !slices.Contains(names, f.Promise) {
			names = append(names, f.Promise)
		}
	}
	return names
}

// maxLine is how many characters a line of the table has, if its columns can have their subjects'
// names: those of a terminal that is not wide.
const maxLine = 100

// writeTable writes the table of one kind of subject. If the subjects' names are too long to stand
// above their columns, these have numbers, and a legend before the table.
func writeTable(b *strings.Builder, columns []column) {
	promises := namesOf(columns)
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.name
	}
	if width(promises, heads) > maxLine {
		for i, c := range columns {
			heads[i] = fmt.Sprintf("[%d]", i+1)
			fmt.Fprintf(b, "%s %s\n", heads[i], c.name)
		}
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\t%s\n", strings.Join(heads, "\t"))
	for _, p := range promises {
		cells := make([]string, len(columns))
		for i, c := range columns {
			cells[i] = c.cell(p)
		}
		fmt.Fprintf(w, "%s\t%s\n", p, strings.Join(cells, "\t"))
	}
	w.Flush()
	b.WriteString("\n")
}

// width returns how long a line is whose columns have the given heads.
func width(promises, heads []string) int {
	longest := 0
	for _, p := range promises {
		longest = max(longest, utf8.RuneCountInString(p))
	}
	for _, h := range heads {
		longest += 2 + max(len(inconclusive), utf8.RuneCountInString(h))
	}
	return longest
}

// writeKept writes, in a line for each subject, the promises that it keeps, as Go that can be pasted.
func writeKept(b *strings.Builder, columns []column) {
	end := ""
	for _, c := range columns {
		if all := c.kept(); all != nil {
			fmt.Fprintf(b, "scenarios.Keeps(scenarios.%s) // %s\n", strings.Join(all, ", scenarios."), c.name)
			end = "\n"
		}
	}
	b.WriteString(end)
}

func (f finding) sameSubject(other finding) bool {
	return f.Subject == other.Subject && f.file == other.file && f.line == other.line && f.Memory == other.Memory
}
