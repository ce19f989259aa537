package fault

import (
	"bytes"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Rule is a fault plus where, when and how often. It is plain data. Its
// methods return changed copies, so that rules can be built up and shared:
//
//	fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(3)
//
// Bytes, datagrams, time and how often are counted for each connection and
// direction on its own, so that they don't depend on races between connections.
type Rule struct {
	// Name is the rule's key: what reports call it and what its random draws
	// depend on. If empty, the key is made of the fault's kind, the direction and
	// the rule's ordinal among the unnamed rules of that kind and direction.
	Name string

	Fault     Fault
	Direction transcript.Direction // Neither: when a connection is accepted; ServerStart: when the server starts
	Conns     Conns
	Contains  []byte  // datagrams: it is for those that have these bytes in them. If empty, for all.
	After     Trigger // If zero, the rule acts from the beginning.
	Until     Window  // If zero, it acts to the end.

	// Probability is that of acting at all: on each connection, or for datagrams on
	// each datagram. If nil, it always acts.
	Probability *float64
	// Limit bounds how often it acts. If zero, there is no limit; FailAccept then acts once.
	Limit int

	// Demand says what it means if the rule did not act: whether Verify accepts that. If
	// zero, MayMiss.
	Demand Demand
}

// Conns selects connections, or for datagrams peers, by number: see "What is counted" in
// the package's documentation. If zero, all.
type Conns struct {
	Only []int // these
	From int   // this one and all that follow
}

// A Trigger says where in a direction a rule begins to act. It counts
// what the sender sent, before any fault. With several fields set all have to
// come true: Match is looked for after Bytes, Writes and Datagrams.
type Trigger struct {
	Bytes     int64         // streams: after that many bytes of the connection
	Datagrams int64         // datagrams: after that many of the peer
	Writes    int64         // streams, ToClient: at the end of the handler's Nth Write
	Time      time.Duration // that long after the connection was accepted, or the peer's first datagram
	Now       bool          // where the connection or the peer stands when the rule comes; it stands alone

	// Match is what is looked for. In a stream the rule begins just past it, wherever the bytes
	// were cut; with datagrams, after the one that has it in it. Matches don't overlap: the
	// search for the next one goes on after the last byte of the one before.
	Match   []byte
	MatchIn transcript.Direction // where Match is looked for. If Neither, in the rule's own direction.
	Nth     int                  // the match to begin by, from 1. If zero, the first.
	Every   bool                 // the rule acts anew at each match from that one on
	Plus    int64                // streams: so many bytes of the rule's own direction come after the match
}

// isOffset reports whether the trigger names an offset, or a datagram's number, which a
// connection or a peer may be past when the rule comes.
func (t Trigger) isOffset() bool { return len(t.Match) == 0 && t.Time == 0 && !t.Now }

// A Window is how long a rule acts, from where it began.
type Window struct {
	Bytes     int64
	Datagrams int64
	Time      time.Duration
}

// FromClient returns a rule for what clients send, which applies to all
// connections from their beginning.
func FromClient(f Fault) Rule { return Rule{Fault: f, Direction: transcript.FromClient} }

// ToClient returns a rule for what the server sends, which applies to all
// connections from their beginning.
func ToClient(f Fault) Rule { return Rule{Fault: f, Direction: transcript.ToClient} }

// OnAccept returns a rule that acts on each connection when it is accepted,
// before anything is read and before the handler starts: with Reset, Close,
// Stall, Down, IgnoreDials or FailAccept.
func OnAccept(f Fault) Rule { return Rule{Fault: f} }

// OnConn limits the rule to connections with these numbers. Concurrent dials
// race for numbers: dial in sequence, or select by AfterMatch, where it matters.
func (r Rule) OnConn(n ...int) Rule {
	r.Conns.Only = slices.Clone(n)
	return r
}

// FromConn limits the rule to connection n and all that follow.
func (r Rule) FromConn(n int) Rule {
	r.Conns.From = n
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

// AfterTime lets the rule begin d after the connection was accepted, or the peer's
// first datagram came. Where in the stream that is depends on the clock. While a Stall
// or a Hold stops its direction, the rule waits until that is over.
func (r Rule) AfterTime(d time.Duration) Rule {
	r.After.Time = d
	return r
}

// Now lets a rule that comes with SetFaults begin where each connection stands: from now on. It
// acts at once on those that are open, without waiting for a byte, and on later ones from their
// beginning; on datagrams, from each peer's next one on. In the plan that a server starts with, it
// is the beginning. A rule that stays as SetFaults changes others goes on, and does not begin anew;
// one that was taken out and comes again does.
//
// A connection stands at the end of what was sent. What the client sends once SetFaults has
// returned comes after that, and so does what the handler writes by later calls of Write. What it
// wrote before leaves first. A Write that is under way, and waits for the client to read, is cut
// where it waits if no rule was for that direction before, and its rest comes after that; if one
// was, the connection has taken what it wrote, which leaves first, too. While a Stall or a Hold of the plan stops the direction, the rule waits until that is over; where the direction
// has ended, it does not act. The record says at which offset it began.
//
// The network goes down under all connections, which stay open, and comes back:
//
//	cut := fault.Plan{Rules: []fault.Rule{
//		fault.FromClient(fault.Stall{}).Now(),
//		fault.ToClient(fault.Stall{}).Now(),
//	}}
//	srv.SetFaults(cut)          // no byte passes, either way
//	srv.SetFaults(fault.Plan{}) // all that was sent meanwhile arrives, once
//	srv.SetFaults(cut)          // and down again
func (r Rule) Now() Rule {
	r.After.Now = true
	return r
}

// ForBytes ends the rule n bytes after it began.
func (r Rule) ForBytes(n int64) Rule {
	r.Until.Bytes = n
	return r
}

// ForDatagrams ends the rule n datagrams after it began.
func (r Rule) ForDatagrams(n int64) Rule {
	r.Until.Datagrams = n
	return r
}

// ForTime ends the rule d after it began.
func (r Rule) ForTime(d time.Duration) Rule {
	r.Until.Time = d
	return r
}

// Times lets the rule act at most n times on each connection and direction. A fault that acts
// at an offset, and doesn't end the stream, acts at the first n matches if the rule has a match;
// FailAccept on n calls of Accept, one after the other.
func (r Rule) Times(n int) Rule {
	r.Limit = n
	return r
}

// WithProbability lets chance decide whether the rule acts: on each connection, or
// for datagrams on each datagram. At 0 it never does, at 1 always.
func (r Rule) WithProbability(p float64) Rule {
	r.Probability = &p
	return r
}

// NeedNotFire sets Demand to NeedNotFire: the rule need not be reached. Without it, a server
// on which nothing ever came to where the rule acts fails its test.
func (r Rule) NeedNotFire() Rule {
	r.Demand = NeedNotFire
	return r
}

// MustHit sets Demand to MustHit: the rule must act. Without it, it is enough that the rule
// was reached, if its draws decided against it.
func (r Rule) MustHit() Rule {
	r.Demand = MustHit
	return r
}

// Named gives the rule a name. Reports use it, and its draws depend on it.
func (r Rule) Named(name string) Rule {
	r.Name = name
	return r
}

// on reports whether the rule is for connection n.
func (r Rule) on(n int) bool {
	switch {
	case len(r.Conns.Only) > 0:
		return slices.Contains(r.Conns.Only, n)
	case r.Conns.From > 0:
		return n >= r.Conns.From
	}
	return true
}

// clone returns a copy that shares no memory with r.
func (r Rule) clone() Rule {
	r.Conns.Only = slices.Clone(r.Conns.Only)
	r.Contains = bytes.Clone(r.Contains)
	r.After.Match = bytes.Clone(r.After.Match)
	if r.Probability != nil {
		p := *r.Probability
		r.Probability = &p
	}
	if f, ok := r.Fault.(cloningFault); ok {
		r.Fault = f.clone()
	}
	return r
}
