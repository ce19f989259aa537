package scenarios

import "fmt"

// LosesNothingInAReset is the promise of a TCP logger that delivers at least once:
// all lines arrive whole though its connection is reset, each for the first time in
// its place in the order. Lines may arrive again, so that whoever reads them must
// be able to tell.
var LosesNothingInAReset = Promise[NetworkLogger]{
	Name: "loses no line in a reset",
	Why: "An audit log must be complete. A write that succeeded says that the kernel took the line, not that anybody got it; a logger " +
		"that forgets its lines at that moment loses some in every reset, and never knows.",
	Labels: []string{"logger", "fault:reset"},
	check:  aroundResets(wantEvery),
}

// wantEvery wants all lines, and their first arrivals in order.
func wantEvery(_ *logging, t toll) error {
	next := 0
	for _, lines := range t.got {
		for _, line := range lines {
			switch i := t.place(line); {
			case i == next:
				next++
			case i > next:
				return fmt.Errorf("%.10q… is missing where %.10q… arrived", t.logged[next], t.logged[i])
			}
		}
	}
	if next < len(t.logged) {
		return fmt.Errorf("%.10q… is missing; %d of %d lines arrived in order", t.logged[next], next, len(t.logged))
	}
	return nil
}
