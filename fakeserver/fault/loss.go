package fault

import "fmt"

// Loss loses datagrams. Set exactly one of its fields. It has no twin for
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
	if err := checkRate(f.Rate); err != nil {
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

func (f Loss) copies(d draws, n, nth int64, so int) int {
	if nth == f.Nth || f.Every > 0 && nth%f.Every == 0 || d.hit(n, f.Rate) {
		return 0
	}
	return so
}
