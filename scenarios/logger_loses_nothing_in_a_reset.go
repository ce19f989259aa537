package scenarios

import (
	"fmt"
	"slices"
)

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

// wantEvery wants all lines, and their first arrivals in order, if there is one.
func wantEvery(s *logging, a aftermath) error {
	if !s.ordered {
		return wantEveryInAnyOrder(a)
	}
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

func wantEveryInAnyOrder(a aftermath) error {
	if i := slices.Index(a.times(), 0); i >= 0 {
		return fmt.Errorf("%.10q… is missing; %d of %d lines arrived", a.logged[i], int64(len(a.logged))-a.lost(), len(a.logged))
	}
	return nil
}
