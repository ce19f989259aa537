package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// SafeForManyGoroutines is the promise of a logger whose Print may be called by
// many goroutines at once: every line arrives whole and once, no line is torn by
// another one, and the lines of each goroutine arrive in its order.
var SafeForManyGoroutines = Promise[NetworkLogger]{
	Name: "is safe for many goroutines",
	Why: "A server logs from each request's goroutine. A logger that sends a line and its end with two writes, or starts a goroutine " +
		"for each line, works in every test, and on a busy day mixes two requests' lines into one that nobody can read.",
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
		if err := s.printAll(callers); err != nil {
			return err
		}
		if err := s.close(); err != nil {
			return err
		}
		return s.wantEach(callers)
	})
}

// printAll logs the lines of each caller in a goroutine of its own.
func (s *logging) printAll(callers [][]string) error {
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

// printEach logs lines one after the other. It does not start a goroutine for
// each, so that the callers meet.
func (s *logging) printEach(lines []string) error {
	return call(s.ctx, s.within, fmt.Sprintf("Print of %d lines from %.10q… on", len(lines), lines[0]), func(ctx context.Context) error {
		for _, line := range lines {
			if ctx.Err() != nil {
				break
			}
			s.log.Print(line)
		}
		return nil
	})
}

// wantEach wants the lines of each caller.
func (s *logging) wantEach(callers [][]string) error {
	var least int64 // of bytes
	for _, lines := range callers {
		least += int64(len(strings.Join(lines, "\n")))
	}
	t, err := s.settleOn(func(t transcript.Transcript) bool { return sizeOf(t) >= least })
	if err != nil {
		return err
	}
	return arrivedEach(received(t), callers)
}

// sizeOf returns how many bytes the collector got.
func sizeOf(t transcript.Transcript) int64 {
	var sum int64
	for e := range t.All() {
		if e.Direction == transcript.FromClient {
			sum += e.Size()
		}
	}
	return sum
}
