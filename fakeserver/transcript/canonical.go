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
// and the ending; and the faults that came before all bytes, OnAccept or AtStart.
// It leaves out times, the cuts between reads and writes, and
// the order between directions and connections, none of which a program
// controls.
//
// Where a fault ends a connection in one direction, how far the other direction got
// is not the plan's doing: of what a client still sends around a reset, more or less
// may have arrived. Compare the side that the fault acts on.
type Canonical []Side

// A Side is one direction of one connection or peer. If its Direction is Neither, it has nothing but Faults: those of OnAccept
// rules, or of Conn zero those of AtStart rules, whose offsets are zero.
type Side struct {
	Conn      int // from 1; zero: the server as a whole
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

// Canonical returns t's canonical form: by connection, and the server as a whole before them, a side with Direction Neither
// if rules acted OnAccept or AtStart; and both directions of each connection that t has events of.
func (t Transcript) Canonical() Canonical {
	var all Canonical
	for n, events := range t.events.ByConn() {
		c := t.part(events)
		if s := c.side(n, Neither); len(s.Faults) > 0 {
			all = append(all, s)
		}
		if n > 0 {
			all = append(all, c.side(n, FromClient), c.side(n, ToClient))
		}
	}
	return all
}

// side returns one direction of t, which has the events of connection or peer n.
func (t *Transcript) side(n int, d Direction) Side {
	s, _, _ := t.measuredSide(n, d)
	return s
}

// measuredSide is side, and where its stream lies and which numbers its datagrams have.
func (t *Transcript) measuredSide(n int, d Direction) (s Side, whole stream, numbers []int64) {
	s = Side{Conn: n, Direction: d, Faults: t.faultsIn(d)}
	if d == Neither {
		return s, stream{}, nil
	}
	whole = t.stream(d)
	s.Data, s.Omitted, s.Sum = whole.data, whole.omitted()+t.omittedDatagrams(d), t.sumOf(d)
	s.Datagrams, numbers = t.numbered(d)
	s.Ending = t.endingOf(n, d)
	return s, whole, numbers
}

// faultsIn returns the rules that acted in one direction, by offset.
func (t *Transcript) faultsIn(d Direction) (all []FaultAt) {
	for _, x := range t.events.All() {
		if e := (*entry)(x); e.dir() == d && e.kind() == Fault {
			f := e.event(0)
			all = append(all, FaultAt{f.Rule, f.Offset, f.Times, f.Sum})
		}
	}
	slices.SortFunc(all, func(a, b FaultAt) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Times, b.Times))
	})
	return all
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
		if s.Direction == Neither {
			for _, f := range s.Faults {
				fmt.Fprintf(&b, "%s: fault %s\n", s.where(of), f.in(Neither))
			}
			continue
		}
		size := int64(len(s.Data)) + s.Omitted
		fmt.Fprintf(&b, "%s: %d %s %s", s.where(of), size, human.Noun(size, "byte"), quote(s.Data))
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

// where returns the side as "conn 1 FromClient", "conn 1" or "server".
func (s Side) where(of sender) string {
	switch {
	case s.Direction != Neither:
		return fmt.Sprintf("%s %d %v", of, s.Conn, s.Direction)
	case s.Conn > 0:
		return fmt.Sprintf("%s %d", of, s.Conn)
	}
	return "server"
}

// String returns the fault as "reset.ToClient.1 at 5".
func (f FaultAt) String() string { return f.in(ToClient) }

// in is String, without the offset if there is no direction that has one.
func (f FaultAt) in(d Direction) string {
	text := f.Rule
	if d != Neither {
		text += fmt.Sprintf(" at %d", f.Offset)
	}
	if f.Times > 0 {
		text += fmt.Sprintf(", %d %s from there on (sum %016x)", f.Times, human.Noun(f.Times, "time"), f.Sum)
	}
	return text
}
