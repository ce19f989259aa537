package decide

import "time"

// A Verdict says what happens to one datagram.
type Verdict struct {
	Number int64         // the datagram's, from 1
	Copies int           // how often it is delivered; 0: it is lost
	Data   []byte        // what is delivered: the datagram itself, or a changed copy
	Delay  time.Duration // how much later
	Behind int64         // after how many of the peer's next datagrams
	Fired  []Hit         // the rules that are to act, in plan order

	// Buckets limit the speed. They are the engine's: see Due.
	Buckets []*Bucket
}

// A Hit is a rule that is to act on a datagram. Whether it does is known when the datagram is
// delivered, or is not.
type Hit struct {
	Rule   string // its key
	Text   string // what the record says of it
	Number int64  // the datagram's
	// Copy says with which copy of the datagram, counted from 1, the rule has acted: with the
	// first that it adds, if it adds some, else with the first. 0: at once, since it loses the
	// datagram.
	Copy int

	// Account is the engine's, as a Step's is.
	Account any
}

// Due returns when the datagram that was taken at now is due. Ask once for each copy.
func (v Verdict) Due(now time.Time) time.Time { return due(now.Add(v.Delay), v.Buckets, len(v.Data)) }
