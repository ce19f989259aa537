package transcript

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Canonical is what two runs of the same test have in common: per connection
// and direction the joined bytes or the datagrams, the faults at their offsets
// and the ending. It leaves out times, the cuts between reads and writes, and
// the order between directions and connections, none of which a program
// controls.
//
// Where a fault ends a connection in one direction, how far the other direction got
// is not the plan's doing: of what a client still sends around a reset, more or less
// may have arrived. Compare the side that the fault acts on.
type Canonical []Side

// A Side is one direction of one connection.
type Side struct {
	Conn      int
	Direction Direction
	Data      []byte
	Omitted   int64  // bytes not kept
	Sum       uint64 // of the bytes not kept
	Datagrams [][]byte
	Faults    []FaultAt // by offset, then rule
	Ending    Ending
}

// FaultAt is a rule that acted.
type FaultAt struct {
	Rule   string
	Offset int64
}

// Canonical returns t's canonical form.
func (t Transcript) Canonical() Canonical {
	var all Canonical
	for n := 1; n <= t.Conns(); n++ {
		c := t.Conn(n)
		for _, d := range []Direction{FromClient, ToClient} {
			all = append(all, c.canonicalSide(n, d))
		}
	}
	return all
}

func (t Transcript) canonicalSide(n int, d Direction) Side {
	s := Side{Conn: n, Direction: d, Data: t.side(n, d), Omitted: t.Omitted(d), Datagrams: t.Datagrams(d), Ending: t.Ending(d)}
	for _, e := range t.events.all() {
		if e.Direction != d {
			continue
		}
		if e.Kind == Fault {
			s.Faults = append(s.Faults, FaultAt{e.Rule, e.Offset})
		}
		if e.Sum != 0 {
			s.Sum = e.Sum
		}
	}
	slices.SortFunc(s.Faults, func(a, b FaultAt) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Rule, b.Rule))
	})
	return s
}

// Equal reports whether two canonical forms are the same.
func (c Canonical) Equal(d Canonical) bool { return slices.EqualFunc(c, d, Side.equal) }

func (s Side) equal(o Side) bool {
	return s.Conn == o.Conn && s.Direction == o.Direction && s.Ending == o.Ending &&
		s.Omitted == o.Omitted && s.Sum == o.Sum && bytes.Equal(s.Data, o.Data) &&
		slices.EqualFunc(s.Datagrams, o.Datagrams, bytes.Equal) && slices.Equal(s.Faults, o.Faults)
}

// String returns the form as text, a line for each direction and fault.
func (c Canonical) String() string {
	var b strings.Builder
	for _, s := range c {
		fmt.Fprintf(&b, "conn %d %v: %d bytes %s", s.Conn, s.Direction, int64(len(s.Data))+s.Omitted, quote(s.Data))
		if s.Omitted > 0 {
			fmt.Fprintf(&b, " (%d not kept, sum %016x)", s.Omitted, s.Sum)
		}
		if len(s.Datagrams) > 0 {
			fmt.Fprintf(&b, ", %d datagrams", len(s.Datagrams))
		}
		fmt.Fprintf(&b, ", ended: %v\n", s.Ending)
		for _, g := range s.Datagrams {
			fmt.Fprintf(&b, "  datagram %s\n", quote(g))
		}
		for _, f := range s.Faults {
			fmt.Fprintf(&b, "  fault %s at %d\n", f.Rule, f.Offset)
		}
	}
	return b.String()
}
