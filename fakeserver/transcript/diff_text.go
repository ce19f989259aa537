package transcript

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// both returns a number that the two have, or what each has.
func (x *comparer) both(a, b int64) string {
	if a == b {
		return fmt.Sprint(a)
	}
	return fmt.Sprintf("%d of %s and %d of %s", a, x.names[0], b, x.names[1])
}

// stretch returns where two streams or datagrams differ, after so many bytes and before the last so many, with what is
// around the first byte.
func (x *comparer) stretch(f *[2]folded, first, last int) string {
	a, b := &f[0], &f[1]
	text := fmt.Sprintf(" differs at byte %s", x.both(a.offset(first), b.offset(first)))
	n, m := len(a.data), len(b.data)
	switch {
	case a.isEnd(first):
		text += fmt.Sprintf(", where %s ends and %s has %s more", x.names[0], x.names[1], byteCount(m-b.unfold(first)))
	case b.isEnd(first):
		text += fmt.Sprintf(", where %s ends and %s has %s more", x.names[1], x.names[0], byteCount(n-a.unfold(first)))
	case last > 0:
		text += fmt.Sprintf(", and from byte %s on it is the same", x.both(a.offset(len(a.bytes)-last), b.offset(len(b.bytes)-last)))
	case n == m:
		text += ", of " + byteCount(n)
	default:
		text += fmt.Sprintf(", of %s and %s", byteCount(n), byteCount(m))
	}
	return text + ":\n" + x.excerpts(f, first)
}

func byteCount(n int) string { return human.CountGrouped(n, "byte") }

// onlyOne returns the difference that only one record has connection n.
func (x *comparer) onlyOne(n int, a, b Transcript) Difference {
	d := Difference{Aspect: InConns, Conn: n, A: Spot{Absent: a.Len() == 0}, B: Spot{Absent: b.Len() == 0}}
	has, name := a, x.names[0]
	if d.A.Absent {
		has, name = b, x.names[1]
	}
	in, out := has.side(n, FromClient), has.side(n, ToClient)
	d.text = fmt.Sprintf("%s %d: only %s has it: %s from the client, %s to it\n", x.of, n, name, in.brief(), out.brief())
	return d
}

// brief returns how much a side has, and the beginning of that.
func (s Side) brief() string {
	p, size := s.Data, int64(len(s.Data))+s.Omitted
	for _, g := range s.Datagrams {
		size += int64(len(g))
	}
	text := human.CountGrouped(size, "byte")
	if n := len(s.Datagrams); n > 0 {
		text += fmt.Sprintf(" in %s %s", human.Grouped(int64(n)), human.Noun(n, "datagram"))
		p = s.Datagrams[0]
	}
	if len(p) == 0 {
		return text
	}
	return text + " (" + quoteOf(p, size) + ")"
}
