package fault

import (
	"fmt"
)

// Loss loses datagrams. Set exactly one of its fields. There is no such fault for
// streams: TCP repairs lost packets, so there loss shows as Latency, Stall or
// Reset.
type Loss struct {
	Rate  float64 // the probability of each datagram, 0 to 1
	Nth   int64   // only this one, counted from 1 where the rule begins to act
	Every int64   // each datagram whose count from there this divides
}

// Kind returns "loss".
func (Loss) Kind() string { return "loss" }

// Validate refuses a Rate outside 0 to 1, a negative count, and more or fewer
// than one field set.
func (f Loss) Validate() error {
	if err := checkRate("Rate", f.Rate); err != nil {
		return err
	}
	if f.Nth < 0 || f.Every < 0 {
		return fmt.Errorf("Nth is %d and Every is %d, want 0 or more", f.Nth, f.Every)
	}
	set := 0
	for _, is := range []bool{f.Rate > 0, f.Nth > 0, f.Every > 0} {
		if is {
			set++
		}
	}
	if set != 1 {
		return fmt.Errorf("%d of Rate, Nth and Every are set, want one", set)
	}
	return nil
}

func (Loss) sealed()       {}
func (f Loss) draws() bool { return f.Rate > 0 && f.Rate < 1 }

func (f Loss) mayMiss() bool { return f.draws() }

func (f Loss) datagram(d draws) datagramDecider { return loser{f, d} }

func (Loss) describeHit(*verdict) string { return "lost" }

type loser struct {
	Loss
	d draws
}

func (l loser) decide(v *verdict, nth int64) bool {
	if nth != l.Nth && (l.Every == 0 || nth%l.Every != 0) && !l.d.hit(v.Number, l.Rate) {
		return false
	}
	v.lose()
	return true
}
