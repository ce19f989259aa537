package scenarios

import (
	"context"
	"errors"
	"fmt"
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
	var last []string
	for _, lines := range callers {
		last = append(last, s.lastOf(lines)...)
	}
	t, err := s.settle(last...)
	if err != nil {
		return err
	}
	return s.judgeLines(t, func(got []string) error {
		if !s.ordered {
			return arrivedInAnyOrder(got, last, 0)
		}
		return arrivedEach(got, callers)
	})
}
