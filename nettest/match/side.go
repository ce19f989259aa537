package match

import (
	"fmt"
	"iter"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/internal/words"
)

// A flow says which bytes a matcher looks at: those of one direction, or those that
// clients sent in vain.
type flow struct {
	direction transcript.Direction
	discarded bool
}

// of returns the flow's bytes in the record of a stream.
func (f flow) of(c transcript.Transcript) []byte {
	switch {
	case f.discarded:
		return c.Discarded()
	case f.direction == transcript.ToClient:
		return c.ToClient()
	}
	return c.FromClient()
}

// omitted returns how many bytes of the flow, and how many datagrams, RecordLimit left out.
func (f flow) omitted(c transcript.Transcript) (bytes, datagrams int64) {
	if bytes = c.Omitted(f.direction); bytes == 0 {
		return 0, 0
	}
	for e := range c.All() {
		switch {
		case e.Direction != f.direction || e.Data != nil:
		case e.Kind == transcript.Datagram:
			datagrams += max(1, e.Times)
		case e.Kind == transcript.Discarded && !e.AtClose && !f.discarded: // not in the flow
			bytes -= e.Count
		}
	}
	return bytes, datagrams
}

// words returns what the server did with the bytes of the flow, and the preposition
// for the client.
func (f flow) words() (verb, preposition string) {
	switch {
	case f.direction == transcript.ToClient:
		return "sent", "to"
	case f.discarded:
		return "discarded", "from"
	}
	return "received", "from"
}

// A side is a flow of one connection.
type side struct {
	conn      int
	data      [][]byte // a stream's bytes in one piece, or the datagrams
	packets   bool
	omitted   int64 // bytes that RecordLimit left out
	datagrams int64 // that it left out
}

// isIncomplete reports whether RecordLimit left some of the side out.
func (s side) isIncomplete() bool { return s.omitted > 0 || s.datagrams > 0 }

// limitError says that the record can't answer.
func (s side) limitError(matcher string) error {
	return misuse("%s can't tell: RecordLimit kept %s of %s %d out of the record", matcher, s.missing(), unitOf(s.packets), s.conn)
}

func (s side) missing() string {
	if s.datagrams > 0 {
		return fmt.Sprintf("%s (of %s)", words.Count(s.omitted, "byte"), words.Count(s.datagrams, "datagram"))
	}
	return words.Count(s.omitted, "byte")
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
			l.add(func() string { return sized(p) })
		}
		return fmt.Sprintf("%s%s\n%s", words.Count(len(s.data), "datagram"), more, l.String())
	}
	return sized(s.data[0]) + more
}

// A sight is what a matcher saw of some connections. The matcher keeps it for its
// message: the server goes on in the meantime, and Gomega's progress reports ask for a
// message while the next Match runs.
type sight struct {
	record
	flow
	conn int // zero: any
}

// shown returns the sight as it may be shown.
func (s *sight) shown() *sight { return &sight{s.record.shown(), s.flow, s.conn} }

// sides returns the flow of each connection.
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
				one.data = c.Datagrams(s.direction)
			}
			if !yield(one) {
				return
			}
		}
	}
}

// single returns what the matcher saw, if that is one stream or one datagram.
func (s *sight) single() (p []byte, ok bool) {
	n := 0
	for one := range s.sides() {
		if n++; n > 1 {
			return nil, false
		}
		if ok = len(one.data) == 1; ok {
			p = one.data[0]
		}
	}
	return p, ok
}

// list says what there was.
func (s *sight) list() string {
	verb, preposition := s.flow.words()
	var l list
	for one := range s.sides() {
		l.add(func() string { return fmt.Sprintf("%s %s %d: %v", preposition, s.unit(), one.conn, one) })
	}
	if l.n == 0 {
		return none(s.record, s.conn)
	}
	return fmt.Sprintf("It %s\n%s", verb, l.String())
}
