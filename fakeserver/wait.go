package fakeserver

import (
	"runtime"
	"time"
)

// awaitSteps is in how many steps await waits.
const awaitSteps = 10

// await waits for ch, but no longer than d. It reports whether it is closed. d is what ch has while the process runs: one that
// is stopped, or gets no processor for a while, uses up a step of it at each time.
func await(ch <-chan struct{}, d time.Duration) bool {
	if isClosedChan(ch) {
		return true // without a timer, which most often is for nothing
	}
	runtime.Gosched() // most often that is enough, and what else waits for the network is not woken by a timer
	if isClosedChan(ch) {
		return true
	}
	t := time.NewTimer(d - (awaitSteps-1)*(d/awaitSteps))
	defer t.Stop()
	for step := 1; ; step++ {
		select {
		case <-ch:
			return true
		case <-t.C:
			if step == awaitSteps {
				return isClosedChan(ch)
			}
			t.Reset(d / awaitSteps)
		}
	}
}

func isClosedChan(ch <-chan struct{}) bool {
	select {
	case <-ch:
		return true
	default:
		return false
	}
}

func closedChan() chan struct{} {
	ch := make(chan struct{})
	close(ch)
	return ch
}

// earliest returns the earliest of some times, of which zero is never.
func earliest(times ...time.Time) (until time.Time) {
	for _, t := range times {
		if until.IsZero() || !t.IsZero() && t.Before(until) {
			until = t
		}
	}
	return until
}

// past is a deadline that has passed.
var past = time.Unix(1, 0)

// hasPassed reports whether t, unless it is never, is over.
func hasPassed(t time.Time) bool { return !t.IsZero() && !time.Now().Before(t) }
