package scenarios

import (
	"context"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// SafeForManyGoroutines is the promise of a logger whose Print may be called by
// many goroutines at once: every line arrives whole and once, no line is torn by
// another one, and the lines of each goroutine arrive in its order.
var SafeForManyGoroutines = Promise[NetworkLogger]{
	variable: "SafeForManyGoroutines",
	Name:     "is safe for many goroutines",
	Why: "On a busy day the lines of two requests were mixed into one that was unreadable. A server logs from each request's goroutine; " +
		"a logger that sends a line and its end with two writes, or starts a goroutine for each line, works in every test.",
	Labels: []string{"logger"},
	check:  checkManyGoroutines,
}

// Each of manyCallers logs callerLines lines.
const (
	manyCallers = 16
	callerLines = 100
)

func checkManyGoroutines(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	callers := make([][]string, manyCallers)
	for i := range callers {
		callers[i] = textLines(1+i*callerLines, callerLines, 100)
	}
	w := wire{what: fmt.Sprintf("called by %d goroutines at once", manyCallers)}
	return inLogging(ctx, l, w, func(s *logging) error {
		if err := printAll(s, callers); err != nil {
			return err
		}
		if err := s.close(); err != nil {
			return err
		}
		return wantEach(s, callers)
	})
}

// printAll logs the lines of each caller in a goroutine of its own.
func printAll(s *logging, callers [][]string) error {
	start := make(chan struct{})
	done := make(chan error, len(callers))
	for _, lines := range callers {
		go func() {
			<-start
			done <- s.printEach(lines)
		}()
	}
	close(start)
	errs := make([]error, len(callers))
	for i := range errs {
		errs[i] = <-done
	}
	return errors.Join(errs...)
}

// wantEach waits for the last line of each caller, or for the end of all
// connections, and says which lines did not arrive.
func wantEach(s *logging, callers [][]string) error {
	next := 0 // caller whose last line was not heard yet
	t, err := s.settleOn(func(t transcript.Transcript) bool {
		for next < len(callers) && heard(t, callers[next][callerLines-1]) {
			next++
		}
		return next == len(callers)
	})
	if err != nil {
		return err
	}
	got, err := s.framing.received(t)
	return errors.Join(err, arrivedEach(got, callers))
}
