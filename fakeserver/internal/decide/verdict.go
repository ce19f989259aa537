package decide

import "time"

// A Verdict says what happens to one datagram.
type Verdict struct {
	Number int64  // the datagram's, from 1
	Copies []Copy // what is delivered, in this order; if there are none, it is lost. Good until the peer's next verdict
	Fired  []Hit  // the rules that are to act, in plan order
	// Outages are those that begin with the datagram: FromClient when it has come, ToClient when
	// its first copy has left.
	Outages []Outage

	// Buckets limit the speed of each copy. They are the engine's: see Due.
	Buckets []*Bucket
}

// A Copy is one delivery of a datagram.
type Copy struct {
	// Number is 1 for the datagram itself. Those that rules add are numbered from 2 on, in the
	// order in which they were added.
	Number int
	Data   []byte        // what it says: the datagram's own bytes, or changed ones
	Delay  time.Duration // how much later it comes
	Behind int64         // after how many of the peer's next datagrams
}

// An Outage is a time for which the server refuses what is new. It begins when the Hit of its rule
// acts.
type Outage struct {
	For     time.Duration
	Restart bool // what was held is dropped, too
	Rule    string
	Account any // the engine's, as a Step's is
}

// A Hit is a rule that is to act on a datagram. Whether it does is known when the datagram is
// delivered, or is not.
type Hit struct {
	Rule   string // its key
	Text   string // what the record says of it
	Number int64  // the datagram's
	// Copy says with which delivery of the datagram, counted from 1, the rule has acted: if it adds
	// some, with the first that there would not be without it, else with the first. 0: at once,
	// since it loses the datagram.
	Copy int
	// Forged is the Number of a copy that is not what the sender sent, if the rule acts by that
	// one, whenever it is delivered. If zero, Copy says it.
	Forged int

	// Account is the engine's, as a Step's is.
	Account any
}

// Due returns when c, a copy of the datagram that was taken at now, is due. Ask once for each.
func (v Verdict) Due(c Copy, now time.Time) time.Time {
	return due(now.Add(c.Delay), v.Buckets, len(c.Data))
}

// Same reports whether two slices are the same memory, so that what is done to one is done to
// the other.
func Same(a, b []byte) bool { return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0]) }
