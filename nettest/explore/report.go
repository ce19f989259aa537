package explore

import (
	"fmt"
	"regexp"
	"strings"
)

// A Report is what came of a search.
type Report struct {
	Tally Tally
	Finds []*Find
	// Notes say what the search had to go without, and what became of earlier finds.
	Notes []string
}

// String returns the report for people: each find with how it breaks the client, what it hangs on, the
// plan as Go, and the record.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "explore: %v, %d broken\n", r.Tally, len(r.Finds))
	for _, f := range r.Finds {
		fmt.Fprintf(&b, "\n%v", f)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// String returns the find for people.
func (f *Find) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v\n", f.Breach)
	if f.Known {
		fmt.Fprintf(&b, "by the plan in %s\n", f.Kept)
	} else {
		fmt.Fprintf(&b, "found by plan %d, in wave %d; shrunk in %d trials\n", f.At, f.Wave, f.Shrinks)
	}
	if f.Rate.Runs > 0 {
		fmt.Fprintf(&b, "it fails in %v\n", f.Rate)
	}
	for _, why := range f.Why {
		fmt.Fprintf(&b, "%s\n", why)
	}
	switch {
	case f.Kept == "" || f.Known:
	case f.Belongs != "":
		fmt.Fprintf(&b, "saved as %s: in %s it would be tried first\n", f.Kept, f.Belongs)
	default:
		fmt.Fprintf(&b, "saved as %s: it is tried first from now on\n", f.Kept)
	}
	if f.Rerun != "" {
		fmt.Fprintf(&b, "to see it again: %s\n", f.Rerun)
	}
	p := f.Plan
	p.Comment = ""
	fmt.Fprintf(&b, "%s\n%s%s", Config{Redact: f.redactor}.redact(fmt.Sprintf("%#v", p)), f.Evidence, f.Files)
	return b.String()
}

// rerun returns the command line that runs a test again.
func rerun(test string) string {
	if strings.Contains(test, " ") { // go test has no spaces in its names: a Ginkgo spec, for which not all have the command ginkgo
		return "go test -ginkgo.focus=" + shellQuote(regexp.QuoteMeta(test))
	}
	parts := strings.Split(test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return "go test -run " + shellQuote(strings.Join(parts, "/"))
}

// shellQuote quotes s for a shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
