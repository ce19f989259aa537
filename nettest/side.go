package nettest

import (
	"fmt"
	"iter"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A flow is bytes that matchers look at: those of one direction, or those that clients
// sent in vain.
type flow struct {
	d         transcript.Direction
	discarded bool
}

// of returns a stream's bytes.
func (f flow) of(c transcript.Transcript) []byte {
	switch {
	case f.discarded:
		return c.Discarded()
	case f.d == transcript.ToClient:
		return c.ToClient()
	}
	return c.FromClient()
}

// omitted returns how many bytes of the flow, and how many datagrams, RecordLimit kept out.
func (f flow) omitted(c transcript.Transcript) (bytes, datagrams int64) {
	if bytes = c.Omitted(f.d); bytes == 0 {
		return 0, 0
	}
	for e := range c.All() {
		switch {
		case e.Direction != f.d || e.Data != nil:
		case e.Kind == transcript.Datagram:
			datagrams += max(1, e.Times)
		case e.Kind == transcript.Discarded && !e.AtClose && !f.discarded: // at which nobody looks
			bytes -= e.Count
		}
	}
	return bytes, datagrams
}

// A side is a flow of one connection.
type side struct {
	conn      int
	data      [][]byte // a stream's bytes in one piece, or the datagrams
	packets   bool
	omitted   int64 // bytes that RecordLimit did not keep
	datagrams int64 // that it did not keep
}

// A sight is what a matcher saw of some connections. It is kept, since a server goes
// on, and Gomega's progress reports ask for a failure while the next Match runs.
type sight struct {
	record
	flow
	conn int // zero: any
}

// sides returns the flow of each connection, one after the other.
func (s *sight) sides() iter.Seq[side] {
	packets := s.isPackets()
	return func(yield func(side) bool) {
		for n := range s.numbers(s.conn) {
			c := s.Conn(n)
			one := side{conn: n, packets: packets}
			one.omitted, one.datagrams = s.flow.omitted(c)
			switch {
			case !packets:
				one.data = [][]byte{s.flow.of(c)}
			case !s.discarded: // a datagram goes to the handler or is lost
				one.data = c.Datagrams(s.d)
			}
			if !yield(one) {
				return
			}
		}
	}
}

// isIncomplete reports whether RecordLimit kept some of the side out.
func (s side) isIncomplete() bool { return s.omitted > 0 || s.datagrams > 0 }

// limitError says that the record can't answer.
func (s side) limitError(matcher string) error {
	return misuse("%s can't tell: RecordLimit kept %s of conn %d out of the record", matcher, s.missing(), s.conn)
}

func (s side) missing() string {
	if s.datagrams > 0 {
		return fmt.Sprintf("%d bytes (of %d datagrams)", s.omitted, s.datagrams)
	}
	return fmt.Sprintf("%d bytes", s.omitted)
}

// String returns the side for people, without its number.
func (s side) String() string {
	more := ""
	if s.isIncomplete() {
		more = fmt.Sprintf(", and %s that RecordLimit kept out", s.missing())
	}
	if s.packets {
		var l list
		for _, p := range s.data {
			l.add(func() string { return fmt.Sprintf("%d bytes %s", len(p), quoted(p)) })
		}
		return fmt.Sprintf("%d datagrams%s\n%s", len(s.data), more, l.String())
	}
	return fmt.Sprintf("%d bytes %s%s", len(s.data[0]), quoted(s.data[0]), more)
}

// list says what there was.
func (s *sight) list() string {
	verb, word := did(s.flow)
	var l list
	for one := range s.sides() {
		l.add(func() string { return fmt.Sprintf("%s %s %d: %v", word, s.unit(), one.conn, one) })
	}
	if l.n == 0 {
		return s.none(s.conn)
	}
	return fmt.Sprintf("It %s\n%s", verb, l.String())
}
