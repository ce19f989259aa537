package transcript

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// maxDifferences is how many differences a text shows. Of each it shows no more than a few lines.
const maxDifferences = 10

// Diff says how the canonical forms of two records differ, for people, and "" if they do not:
//
//	if d := transcript.Diff(want, srv.Transcript()); d != "" {
//		t.Errorf("the exchange is another one:\n%s", d)
//	}
//
// Of each connection and direction it shows the first byte that differs, with a little of what is around
// it, or the datagrams that do, by their numbers; then what the record did not keep, the faults, and
// how it ended. The text is bounded, however long the records are: it shows the first few
// differences, and says how many more there are. A Comparison can call the two sides by other names than a
// and b, and [Comparison.Differences] has the differences as values.
//
// What is ignored may differ, even in its length. Diff panics if an Ignore is not valid.
func Diff(a, b Transcript, ignore ...Ignore) string {
	return Comparison{Ignore: ignore}.Diff(a, b)
}

// A Comparison says how two records are compared. Its zero value compares all of their canonical
// forms.
type Comparison struct {
	A, B   string   // what texts call the two, such as "want" and "got"; if empty, "a" and "b"
	Ignore []Ignore // what may differ
}

// Diff is the function Diff for this comparison.
func (c Comparison) Diff(a, b Transcript) string {
	var text strings.Builder
	n := 0
	for d := range c.Differences(a, b) {
		if n++; n <= maxDifferences {
			text.WriteString(d.text)
		}
	}
	if more := int64(n - maxDifferences); more > 0 {
		fmt.Fprintf(&text, "… and %s more %s\n", human.Grouped(more), human.Noun(more, "difference"))
	}
	return text.String()
}

// Differences returns what differs between the canonical forms of two records: by connection, after the server as a whole, and of
// each first what acted when it was accepted, and then from and to the client. Of the bytes of a stream it is one Difference, where
// the first of them is. What a record's Redactor hides differs only from what is not hidden. Nothing differs if and only if Canonical.Equal says so, apart from what is ignored.
//
// To stop early costs no more than what was looked at. It panics if an Ignore is not valid.
func (c Comparison) Differences(a, b Transcript) iter.Seq[Difference] {
	a, b = a.Redacted(), b.Redacted()
	x := &comparer{ignore: c.Ignore, names: c.names(), of: conn}
	for _, i := range c.Ignore {
		if err := i.Validate(); err != nil {
			panic(err.Error())
		}
	}
	if a.senders() == peer || b.senders() == peer {
		x.of = peer
	}
	return func(yield func(Difference) bool) {
		for _, n := range slices.Compact(slices.Sorted(slices.Values(append(a.numbers(), b.numbers()...)))) {
			if !x.conn(n, a.Conn(n), b.Conn(n), yield) {
				return
			}
		}
	}
}

// numbers returns the numbers of the connections that t has events of: a file may have any.
func (t *Transcript) numbers() (all []int) {
	for n := range t.events.ByConn() {
		all = append(all, n)
	}
	return all
}

// names returns what texts call the two.
func (c Comparison) names() names {
	n := names{"a", "b"}
	for i, given := range []string{c.A, c.B} {
		if given != "" {
			n[i] = given
		}
	}
	return n
}

// conn yields the differences of connection n, or if zero of the server as a whole, of which a and b have the events. It reports whether more
// are wanted.
func (x *comparer) conn(n int, a, b Transcript, yield func(Difference) bool) bool {
	if n > 0 && (a.Len() == 0 || b.Len() == 0) {
		return a.Len() == b.Len() || yield(x.onlyOne(n, a, b))
	}
	if !x.sides(n, Neither, a, b).faults(yield) {
		return false
	}
	if n == 0 {
		return true
	}
	for _, d := range []Direction{FromClient, ToClient} {
		s := x.sides(n, d, a, b)
		for _, differ := range []func(func(Difference) bool) bool{s.bytes, s.datagrams, s.omitted, s.faults, s.ending} {
			if !differ(yield) {
				return false
			}
		}
	}
	return true
}
