package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
)

// findings is the table of subjects and promises, as a list.
type findings []finding

// String returns the table for people: how many promises there are of each
// verdict; then, for each kind of subject, a line for each promise, with a column
// for each subject, of those of which something ran.
func (all findings) String() string {
	var b strings.Builder
	b.WriteString(all.count() + "\n")
	var kinds []string
	for _, f := range all {
		if f.Verdict != notRun && !slices.Contains(kinds, f.kind) {
			kinds = append(kinds, f.kind)
		}
	}
	number := 0
	for _, kind := range kinds {
		number = all.of(kind).thatRan().table(&b, number)
	}
	return strings.TrimRight(b.String(), "\n")
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

// count returns how many findings there are of each verdict.
func (all findings) count() string {
	var counts []string
	for _, v := range verdicts {
		n := 0
		for _, f := range all {
			if f.Verdict == v {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, v))
		}
	}
	return strings.Join(counts, ", ")
}

// of returns the findings about one kind of subject.
func (all findings) of(kind string) findings {
	return slices.DeleteFunc(slices.Clone(all), func(f finding) bool { return f.kind != kind })
}

// table writes the table of one kind, whose subjects are numbered from number + 1
// on, and returns the last number.
func (all findings) table(b *strings.Builder, number int) int {
	subjects, promises := all.subjects(), all.promises()
	b.WriteString("\n")
	for i, s := range subjects {
		fmt.Fprintf(b, "[%d] %s\n", number+i+1, s.Subject)
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for i := range subjects {
		fmt.Fprintf(w, "\t[%d]", number+i+1)
	}
	fmt.Fprintln(w)
	for _, p := range promises {
		fmt.Fprint(w, p)
		for _, s := range subjects {
			fmt.Fprintf(w, "\t%s", all.verdict(s, p))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	return number + len(subjects)
}

// subjects returns a finding of each subject, in their order.
func (all findings) subjects() findings {
	var each findings
	for _, f := range all {
		if !slices.ContainsFunc(each, f.sameSubject) {
			each = append(each, f)
		}
	}
	return each
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

// verdict returns what became of a subject's promise, or "".
func (all findings) verdict(subject finding, promise string) verdict {
	for _, f := range all {
		if f.Promise == promise && f.sameSubject(subject) {
			return f.Verdict
		}
	}
	return ""
}

func (f finding) sameSubject(other finding) bool {
	return f.Subject == other.Subject && f.file == other.file && f.line == other.line
}
