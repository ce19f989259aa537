package fault

import (
	"errors"
	"fmt"
)

// Duplicate delivers datagrams more than once, the copies right behind the
// original.
type Duplicate struct {
	Rate   float64 // the probability of each datagram, more than 0, at most 1
	Copies int     // how many besides the original. If zero, one
}

// Kind returns "duplicate".
func (Duplicate) Kind() string { return "duplicate" }

// Validate refuses a Rate outside 0 to 1 or of 0, and Copies that are negative
// or more than 1000.
func (f Duplicate) Validate() error {
	if err := checkRate("Rate", f.Rate); err != nil {
		return err
	}
	if f.Rate == 0 {
		return errors.New("Rate is 0, want more")
	}
	if f.Copies < 0 || f.Copies > 1000 {
		return fmt.Errorf("Copies is %d, want 0 to 1000", f.Copies)
	}
	return nil
}

func (Duplicate) sealed()       {}
func (f Duplicate) draws() bool { return f.Rate < 1 }

func (f Duplicate) mayMiss() bool { return f.draws() }

func (f Duplicate) datagram(d draws) datagramDecider { return duplicator{f, d} }

func (f Duplicate) describeHit(v Verdict) string { return fmt.Sprintf("delivered %d times", v.Copies) }

type duplicator struct {
	Duplicate
	d draws
}

func (p duplicator) decide(v *Verdict, _ int64) bool {
	if !p.d.hit(v.Number, p.Rate) {
		return false
	}
	v.Copies *= 1 + max(1, p.Duplicate.Copies)
	return true
}
