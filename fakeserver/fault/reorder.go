package fault

import (
	"errors"
	"fmt"
)

// Reorder delivers datagrams after later ones of the same peer and direction. Where others make
// these late, or the datagram itself, it is as late as the later of the two. A datagram
// that is held back when nothing follows any more is not delivered, and the rule has not acted on
// it: the record says so when the server closes, or goes down. So of a client that opens a socket for each
// datagram, and is a peer for each, nothing comes later, and everything is lost.
//
// The later ones are counted as they come, held back or not. So with a Rate of 1 and no end, each is
// held back until the next has come, which is held back too: all are late, and in order.
type Reorder struct {
	Rate float64 // the probability of each datagram, more than 0, at most 1
	Gap  int     // after how many later ones. If zero, one
}

// Kind returns "reorder".
func (Reorder) Kind() string { return "reorder" }

// Validate refuses a Rate outside 0 to 1 or of 0, and a negative Gap.
func (f Reorder) Validate() error {
	if err := checkRate("Rate", f.Rate); err != nil {
		return err
	}
	if f.Rate == 0 {
		return errors.New("Rate is 0, want more")
	}
	if f.Gap < 0 {
		return fmt.Errorf("Gap is %d, want 0 or more", f.Gap)
	}
	return nil
}

func (Reorder) sealed()                            {}
func (f Reorder) draws() bool                      { return f.Rate < 1 }
func (f Reorder) mayMiss() bool                    { return f.draws() }
func (f Reorder) datagram(d draws) datagramDecider { return reorderer{f, d} }
func (f Reorder) describeHit(v *verdict) string {
	return fmt.Sprintf("delivered after the next %d", v.itself().Behind)
}

type reorderer struct {
	Reorder
	d draws
}

func (r reorderer) decide(v *verdict, _ int64) bool {
	if !r.d.hit(v.Number, r.Rate) {
		return false
	}
	for i := range v.Copies {
		putBehind(&v.Copies[i], max(1, r.Gap))
	}
	return true
}
