package scenarios

import "fmt"

// LosesNothingInAReset is the promise of a TCP logger that delivers at least once:
// all lines arrive whole though its connection is reset, and their first arrivals are in
// order. Lines may arrive again, so the reader of the log must be able to tell.
var LosesNothingInAReset = Promise[NetworkLogger]{
	variable: "LosesNothingInAReset",
	Name:     "loses no line in a reset",
	Why: "An audit log must be complete. A write that succeeded says that the kernel took the line, not that it got anywhere; a logger " +
		"that forgets its lines at that moment loses some in every reset, and never knows.",
	Labels: []string{"logger", "fault:reset"},
	check:  aroundResets(wantEvery),
}

// wantEvery wants all lines, and their first arrivals in order.
func wantEvery(_ *logging, a aftermath) error {
	next := 0
	for _, lines := range a.got {
		for _, line := range lines {
			switch i := a.index(line); {
			case i == next:
				next++
			case i > next:
				return fmt.Errorf("%.10q… is missing where %.10q… arrived", a.logged[next], a.logged[i])
			}
		}
	}
	if next < len(a.logged) {
		return fmt.Errorf("%.10q… is missing; %d of %d lines arrived in order", a.logged[next], next, len(a.logged))
	}
	return nil
}
