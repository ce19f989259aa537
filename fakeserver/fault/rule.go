package fault

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Rule is a fault plus where, when and how often. It is plain data. Its
// methods return changed copies, so that rules can be built up and shared:
//
//	fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3)
type Rule struct {
	// Name is the rule's key: what reports call it and what its random draws
	// depend on. If empty, the key is made of the fault's kind, the direction and
	// the rule's ordinal among the unnamed rules of that kind and direction.
	Name string

	Fault     Fault
	Direction transcript.Direction
	Conns     Conns
	After     Trigger

	// Optional says that the rule need not be reached: Verify does not mind.
	Optional bool
}

// Conns selects connections, or for datagrams peers, by number.
type Conns struct {
	Only []int // If empty, all.
}

// A Trigger is the place in a direction where a rule begins to act. It counts
// what the sender sent, before any fault. Its zero value is the beginning.
type Trigger struct {
	Bytes     int64 // streams: after that many bytes of the connection
	Datagrams int64 // datagrams: after that many of the peer
}

// FromClient returns a rule for what clients send, which applies to all
// connections from their beginning.
func FromClient(f Fault) Rule { return Rule{Fault: f, Direction: transcript.FromClient} }

// ToClient returns a rule for what the server sends, which applies to all
// connections from their beginning.
func ToClient(f Fault) Rule { return Rule{Fault: f, Direction: transcript.ToClient} }

// OnConn limits the rule to connections with these numbers. Concurrent dials
// race for numbers: dial in sequence where it matters.
func (r Rule) OnConn(n ...int) Rule {
	r.Conns.Only = slices.Clone(n)
	return r
}

// AfterBytes lets the rule begin after the sender's first n bytes. A fault that
// acts once acts as soon as byte n has passed, without waiting for the next; at
// zero, when the handler starts.
func (r Rule) AfterBytes(n int64) Rule {
	r.After.Bytes = n
	return r
}

// AfterDatagrams lets the rule begin after the first n datagrams of each peer in
// its direction.
func (r Rule) AfterDatagrams(n int64) Rule {
	r.After.Datagrams = n
	return r
}

// MayNotFire says that the rule need not be reached. Without it, a server on
// which nothing ever came to where the rule acts fails its test.
func (r Rule) MayNotFire() Rule {
	r.Optional = true
	return r
}

// Named gives the rule a name. Reports use it, and its draws depend on it.
func (r Rule) Named(name string) Rule {
	r.Name = name
	return r
}

// on reports whether the rule is for connection n.
func (r Rule) on(n int) bool {
	return len(r.Conns.Only) == 0 || slices.Contains(r.Conns.Only, n)
}
