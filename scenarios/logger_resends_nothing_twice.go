package scenarios

import "fmt"

// ResendsNothingTwice is the promise of a TCP logger that delivers at most once:
// whatever a reset cost, no line arrives whole twice, on the connections before and
// after it taken together. A line that was torn by the reset does not count, even if only
// its end is missing.
//
// A logger that can't promise this may be one that LosesNothingInAReset. Without
// answers from the collector, no logger can be both.
var ResendsNothingTwice = Promise[NetworkLogger]{
	variable: "ResendsNothingTwice",
	Name:     "sends no line twice around a reset",
	Why: "The connection broke after the batch had arrived and before the logger knew, and one order was counted as two. A logger that " +
		"sends its whole batch again, because it can't know how much of it arrived, makes two orders of one.",
	Labels: []string{"logger", "fault:reset"},
	check:  aroundResets(wantOnce),
}

// wantOnce wants no line twice.
func wantOnce(_ *logging, a aftermath) error {
	for i, n := range a.times() {
		if n > 1 {
			return fmt.Errorf("%.10q… arrived %d times", a.logged[i], n)
		}
	}
	return nil
}
