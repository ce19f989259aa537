package fault

import (
	"errors"
	"fmt"
)

// Duplicate delivers datagrams more than once, the copies right after the original, or with
// Gap after later ones of the same peer and direction. A copy is as late as a Latency draws for
// it alone: where that has Jitter, it may overtake the original.
//
// Several rules multiply: two that double make four of one. But no datagram is
// delivered more than 1,001 times, whatever the rules say: that is what one rule alone can do.
type Duplicate struct {
	Rate   float64 // the probability of each datagram, more than 0, at most 1
	Copies int     // how many besides the original. If zero, one
	// Gap is after how many later datagrams the copies come, such as an answer that comes again
	// when the client has asked something else. Copies for which too few follow are not delivered,
	// and the record says so when the server closes, or goes down. If zero, they come at once.
	Gap int
}

// Kind returns "duplicate".
func (Duplicate) Kind() string { return "duplicate" }

// maxDeliveries bounds how often a datagram is delivered: the copies of several rules
// are made while others wait, and must not become a million.
const maxDeliveries = 1 + maxCopies

// maxCopies bounds how many copies a rule makes.
const maxCopies = 1000

// Validate refuses a Rate outside 0 to 1 or of 0, Copies that are negative
// or more than 1000, and a negative Gap.
func (f Duplicate) Validate() error {
	if err := checkRate("Rate", f.Rate); err != nil {
		return err
	}
	if f.Rate == 0 {
		return errors.New("Rate is 0, want more")
	}
	if f.Copies < 0 || f.Copies > maxCopies {
		return fmt.Errorf("Copies is %d, want 0 to %d", f.Copies, maxCopies)
	}
	if f.Gap < 0 {
		return fmt.Errorf("Gap is %d, want 0 or more", f.Gap)
	}
	return nil
}

func (Duplicate) sealed()       {}
func (f Duplicate) draws() bool { return f.Rate < 1 }

func (f Duplicate) mayMiss() bool { return f.draws() }

func (f Duplicate) datagram(d draws) datagramDecider { return duplicator{f, d} }

func (f Duplicate) describeHit(v *verdict) string {
	text := fmt.Sprintf("delivered %d times", len(v.Copies))
	if f.Gap > 0 {
		text += fmt.Sprintf(", the copies after the next %d", f.Gap)
	}
	return text
}

type duplicator struct {
	Duplicate
	d draws
}

func (p duplicator) decide(v *verdict, _ int64) bool {
	if !p.d.hit(v.Number, p.Rate) {
		return false
	}
	for _, c := range v.Copies[:len(v.Copies):len(v.Copies)] {
		for range max(1, p.Copies) {
			if v.isFull() {
				return true
			}
			again := v.added(c)
			putBehind(&again, p.Gap)
			v.Copies = append(v.Copies, again)
		}
	}
	return true
}
