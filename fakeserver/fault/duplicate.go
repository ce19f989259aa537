package fault

import (
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// Duplicate delivers datagrams more than once, the copies right after the original.
// Several rules multiply: two that double make four of one. But no datagram is
// delivered more than 1,001 times, whatever the rules say: that is what one rule alone can do.
type Duplicate struct {
	Rate   float64 // the probability of each datagram, more than 0, at most 1
	Copies int     // how many besides the original. If zero, one
}

// Kind returns "duplicate".
func (Duplicate) Kind() string { return "duplicate" }

// maxDeliveries bounds how often a datagram is delivered: the copies of several rules
// are made while others wait, and must not become a million.
const maxDeliveries = 1 + maxCopies

// maxCopies bounds how many copies a rule makes.
const maxCopies = 1000

// Validate refuses a Rate outside 0 to 1 or of 0, and Copies that are negative
// or more than 1000.
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
	return nil
}

func (Duplicate) sealed()       {}
func (f Duplicate) draws() bool { return f.Rate < 1 }

func (f Duplicate) mayMiss() bool { return f.draws() }

func (f Duplicate) datagram(d draws) datagramDecider { return duplicator{f, d} }

func (f Duplicate) describeHit(v decide.Verdict) string {
	return fmt.Sprintf("delivered %d times", v.Copies)
}

type duplicator struct {
	Duplicate
	d draws
}

func (p duplicator) decide(v *decide.Verdict, _ int64) bool {
	if !p.d.hit(v.Number, p.Rate) {
		return false
	}
	v.Copies = min(v.Copies*(1+max(1, p.Duplicate.Copies)), maxDeliveries)
	return true
}
