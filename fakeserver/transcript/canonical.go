package transcript

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
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

// A Side is one direction of one connection or peer.
type Side struct {
	Conn      int
	Direction Direction
	Data      []byte // all, also what the handler did not get
	Omitted   int64  // bytes not kept
	Sum       uint64 // checksum of the bytes not kept
	Datagrams [][]byte
	Faults    []FaultAt // by offset, then rule
	Ending    Ending
}

// FaultAt is a rule that acted.
type FaultAt struct {
	Rule   string
	Offset int64
	Times  int64  // how often, from Offset on, where RecordLimit made it one event; else zero
	Sum    uint64 // checksum of the offsets then
}

// Canonical returns t's canonical form: both directions of each connection that t has
// events of.
func (t Transcript) Canonical() Canonical {
	var all Canonical
	for n, events := range t.events.ByConn() {
		c := t.part(events)
		if n > 0 {
			all = append(all, c.side(n, FromClient), c.side(n, ToClient))
		}
	}
	return all
}

// side returns one direction of t, which has the events of connection or peer n.
func (t *Transcript) side(n int, d Direction) Side {
	whole := t.stream(d)
	s := Side{
		Conn: n, Direction: d, Data: whole.data, Omitted: whole.omitted() + t.omittedDatagrams(d), Sum: t.sumOf(d),
		Datagrams: t.Datagrams(d), Ending: t.Ending(d),
	}
	for _, x := range t.events.All() {
		if e := (*entry)(x); e.dir() == d && e.kind() == Fault {
			f := e.event(0)
			s.Faults = append(s.Faults, FaultAt{f.Rule, f.Offset, f.Times, f.Sum})
		}
	}
	slices.SortFunc(s.Faults, func(a, b FaultAt) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Times, b.Times))
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
	of := c.senders()
	var b strings.Builder
	for _, s := range c {
		size := int64(len(s.Data)) + s.Omitted
		fmt.Fprintf(&b, "%s %d %v: %d %s %s", of, s.Conn, s.Direction, size, human.Noun(size, "byte"), quote(s.Data))
		if s.Omitted > 0 {
			fmt.Fprintf(&b, " (%d not kept, sum %016x)", s.Omitted, s.Sum)
		}
		if n := len(s.Datagrams); n > 0 {
			fmt.Fprintf(&b, ", %d %s", n, human.Noun(n, "datagram"))
		}
		fmt.Fprintf(&b, ", ended: %v\n", s.Ending)
		for _, g := range s.Datagrams {
			fmt.Fprintf(&b, "  datagram %s\n", quote(g))
		}
		for _, f := range s.Faults {
			fmt.Fprintf(&b, "  fault %v\n", f)
		}
	}
	return b.String()
}

// String returns the fault as "reset.ToClient.1 at 5".
func (f FaultAt) String() string {
	text := fmt.Sprintf("%s at %d", f.Rule, f.Offset)
	if f.Times > 0 {
		text += fmt.Sprintf(", %d %s from there on (sum %016x)", f.Times, human.Noun(f.Times, "time"), f.Sum)
	}
	return text
}
