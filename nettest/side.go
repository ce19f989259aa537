package nettest

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A side is one direction of one connection.
type side struct {
	conn    int
	data    [][]byte // a stream's bytes in one piece, or the datagrams
	packets bool
	omitted int64 // bytes that RecordLimit did not keep
}

// sides returns direction d of connection conn, or of all for zero.
func (r record) sides(conn int, d transcript.Direction) []side {
	var all []side
	for _, n := range r.numbers(conn) {
		c := r.Conn(n)
		s := side{conn: n, packets: r.isPackets(), omitted: c.Omitted(d)}
		switch {
		case s.packets:
			s.data = c.Datagrams(d)
		case d == transcript.ToClient:
			s.data = [][]byte{c.ToClient()}
		default:
			s.data = [][]byte{c.FromClient()}
		}
		all = append(all, s)
	}
	return all
}

// limitError says that the record can't answer.
func (s side) limitError(matcher string) error {
	return misuse("%s can't tell: RecordLimit kept %d bytes of conn %d out of the record", matcher, s.omitted, s.conn)
}

// String returns the side for people, without its number.
func (s side) String() string {
	more := ""
	if s.omitted > 0 {
		more = fmt.Sprintf(", and %d bytes that RecordLimit kept out", s.omitted)
	}
	if s.packets {
		var lines []string
		for _, p := range s.data {
			lines = append(lines, fmt.Sprintf("%d bytes %s", len(p), quoted(p)))
		}
		return fmt.Sprintf("%d datagrams%s\n%s", len(s.data), more, listed(lines))
	}
	return fmt.Sprintf("%d bytes %s%s", len(s.data[0]), quoted(s.data[0]), more)
}

// list says what there was in direction d.
func (s *sight) list(d transcript.Direction, conn int) string {
	if len(s.sides) == 0 {
		return s.none(conn)
	}
	verb, word := did(d)
	var lines []string
	for _, one := range s.sides {
		lines = append(lines, fmt.Sprintf("%s %s %d: %v", word, s.unit(), one.conn, one))
	}
	return fmt.Sprintf("It %s\n%s", verb, listed(lines))
}
