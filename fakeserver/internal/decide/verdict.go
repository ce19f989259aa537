package decide

import "time"

// A Verdict says what happens to one datagram.
type Verdict struct {
	Number int64         // the datagram's, from 1
	Copies int           // how often it is delivered; 0: it is lost
	Data   []byte        // what is delivered: the datagram itself, or a changed copy
	Delay  time.Duration // how much later
	Behind int64         // after how many of the peer's next datagrams
	Fired  []Hit         // the rules that acted, in plan order

	// Buckets limit the speed. They are the engine's: see Due.
	Buckets []*Bucket
}

// A Hit is a rule that acted on a datagram.
type Hit struct {
	Rule string // its key
	Text string // what the record says of it
}

// Due returns when the datagram that was taken at now is due. Ask once for each copy.
func (v Verdict) Due(now time.Time) time.Time { return due(now.Add(v.Delay), v.Buckets, len(v.Data)) }
