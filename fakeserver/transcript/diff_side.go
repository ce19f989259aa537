package transcript

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// A comparer finds what differs, and says so.
type comparer struct {
	ignore []Ignore
	names  names
	of     sender
}

// names are what texts call the two records.
type names [2]string

// sides are one direction of a connection in two records.
type sides struct {
	*comparer
	conn      int
	dir       Direction
	ignore    []Ignore // what is about them
	a, b      Side
	numbers   [2][]int64 // of the datagrams of each
	folded    [2]folded  // of the streams
	ended     [2]int64   // the offset after the last byte, kept or not
	cut       bool       // the streams are the same, as far as one of them was kept
	noFaults  bool       // faults are ignored
	noEndings bool       // endings are
}

// sides returns direction d of connection n, of which a and b have the events.
func (x *comparer) sides(n int, d Direction, a, b Transcript) *sides {
	s := &sides{comparer: x, conn: n, dir: d}
	for _, i := range x.ignore {
		if i.isAbout(n, d) {
			s.ignore = append(s.ignore, i)
			s.noFaults = s.noFaults || i.Faults
			s.noEndings = s.noEndings || i.Endings
		}
	}
	var begin [2]int64
	for i, t := range [2]*Transcript{&a, &b} {
		var whole stream
		*[2]*Side{&s.a, &s.b}[i], whole, s.numbers[i] = t.measuredSide(n, d)
		begin[i] = max(0, whole.begin)
		s.ended[i] = begin[i] + whole.whole
	}
	ignore := s.ignore
	if begin[0] == begin[1] && bytes.Equal(s.a.Data, s.b.Data) && slices.Equal(s.a.Faults, s.b.Faults) {
		ignore = nil // to look for what differs in ways that may be is for nothing
	}
	s.folded = [2]folded{fold(s.a.Data, begin[0], ignore, x.of == conn), fold(s.b.Data, begin[1], ignore, x.of == conn)}
	return s
}

// difference returns one at these spots.
func (s *sides) difference(aspect Aspect, a, b Spot, text string) Difference {
	return Difference{Aspect: aspect, Conn: s.conn, Direction: s.dir, A: a, B: b, text: s.where() + text}
}

// where returns the direction as "conn 1 FromClient".
func (s *sides) where() string { return s.a.where(s.of) }

// bytes yields where the streams differ. As the methods after it, it reports whether more is wanted.
func (s *sides) bytes(yield func(Difference) bool) bool {
	a, b := &s.folded[0], &s.folded[1]
	first, last := common(a, b)
	if first == len(a.bytes) && first == len(b.bytes) {
		return true
	}
	if s.cut = a.isEnd(first) && s.a.Omitted > 0 || b.isEnd(first) && s.b.Omitted > 0; s.cut {
		return true // that is for omitted to say
	}
	text := s.stretch(&s.folded, first, last)
	return yield(s.difference(InBytes, spotAt(a, first), spotAt(b, first), text))
}

// spotAt returns the spot at a position of what is folded.
func spotAt(f *folded, at int) Spot { return Spot{Offset: f.offset(at), Absent: f.isEnd(at)} }

// omitted yields how what was not kept differs.
func (s *sides) omitted(yield func(Difference) bool) bool {
	a, b := &s.folded[0], &s.folded[1]
	same := s.a.Omitted == s.b.Omitted && s.a.Sum == s.b.Sum
	if !s.cut && (same || s.isIgnored(0) && s.isIgnored(1)) {
		return true
	}
	at := Spot{Offset: a.begin + int64(len(a.data)), Absent: s.a.Omitted == 0}
	other := Spot{Offset: b.begin + int64(len(b.data)), Absent: s.b.Omitted == 0}
	text := fmt.Sprintf(": what the record did not keep differs: %s %s, %s %s\n",
		s.names[0], unkept(s.a, at.Offset), s.names[1], unkept(s.b, other.Offset))
	return yield(s.difference(InOmitted, at, other, text))
}

// isIgnored reports whether all that record i did not keep of the stream is in a range that is ignored.
func (s *sides) isIgnored(i int) bool {
	from := s.folded[i].begin + int64(len(s.folded[i].data))
	return s.of == conn && (from == s.ended[i] || slices.ContainsFunc(s.ignore, func(g Ignore) bool {
		return g.has(from) && g.has(s.ended[i]-1)
	}))
}

// unkept says how much of a side was not kept.
func unkept(s Side, from int64) string {
	if s.Omitted == 0 {
		return "has all"
	}
	return fmt.Sprintf("lacks %d %s from byte %d on (sum %016x)", s.Omitted, human.Noun(s.Omitted, "byte"), from, s.Sum)
}

// ending yields how the endings differ.
func (s *sides) ending(yield func(Difference) bool) bool {
	if s.noEndings || s.a.Ending == s.b.Ending {
		return true
	}
	text := fmt.Sprintf(": the ending differs: %v in %s, %v in %s\n", s.a.Ending, s.names[0], s.b.Ending, s.names[1])
	return yield(s.difference(InEndings, Spot{Offset: s.ended[0]}, Spot{Offset: s.ended[1]}, text))
}
