package scenarios

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// floodBytes is more than the kernels of both sides hold for a collector that does
// not read, which was 4.1 MB on Linux. A flood's lines are long.
const (
	floodBytes = 16 << 20
	floodLine  = 8000
)

// stuck returns a wire whose collector reads one byte, and no more until release
// is called. Its record keeps no bytes.
func stuck() (w wire, release func()) {
	gate, release := newGate()
	return wire{what: "when the collector stops reading", handler: reluctant(gate), bulk: true}, release
}

// newGate returns a gate for reluctant, and what opens it.
func newGate() (gate chan struct{}, release func()) {
	gate = make(chan struct{})
	return gate, sync.OnceFunc(func() { close(gate) })
}

// floodText returns line n of a flood, in memory of its own.
func floodText(n int) string {
	return fmt.Sprintf("line %05d %s end %05d", n, strings.Repeat("abcdefgh", floodLine/8), n)
}

// A flood is a caller that logs, in a goroutine of its own, more than anybody can
// hold.
type flood struct {
	s       *logging
	total   int64
	lines   atomic.Int64 // logged
	longest atomic.Int64 // time that a line took
	stopped atomic.Bool
	done    chan error // gets its end
	isDone  bool
}

// startFlood starts a caller that logs total bytes.
func (s *logging) startFlood(total int64) *flood {
	f := &flood{s: s, total: total, done: make(chan error, 1)}
	go supervise(s.ctx, "Print", f.run, f.done)
	return f
}

func (f *flood) run(context.Context) error {
	for n := int64(1); n <= f.total/floodLine && !f.stopped.Load(); n++ {
		line := floodText(int(n))
		began := time.Now()
		f.s.log.Print(line)
		f.longest.Store(max(f.longest.Load(), int64(time.Since(began))))
		f.lines.Add(1)
	}
	return nil
}

// awaitStill waits until all is logged, or for quiet no further line was: then its
// caller has to wait, and there is no room. It gives up on a caller that waits for
// less, but again and again.
func (f *flood) awaitStill(quiet, atMost time.Duration) error {
	tick := time.NewTicker(quiet)
	defer tick.Stop()
	began := time.Now()
	for before := int64(-1); time.Since(began) < atMost; {
		select {
		case err := <-f.done:
			f.isDone = true
			return err
		case <-tick.C:
			now := f.lines.Load()
			if now == before {
				return nil
			}
			before = now
		case <-f.s.ctx.Done():
			return fmt.Errorf("%w: interrupted: %w", ErrUnproved, context.Cause(f.s.ctx))
		}
	}
	if time.Duration(f.longest.Load()) < quiet/8 {
		return fmt.Errorf("%w: the machine is too busy: %d lines of %d bytes were logged in %v, and none had to wait", ErrUnproved, f.lines.Load(), floodLine, atMost)
	}
	return nil
}

// stop lets the caller log no further line.
func (f *flood) stop() { f.stopped.Store(true) }

// join wants the line that is being logged to be logged within Within.
func (f *flood) join(when string) error {
	if f.isDone {
		return nil
	}
	what := fmt.Sprintf("Print of line %d, at work %s,", f.lines.Load()+1, when)
	return call(f.s.ctx, f.s.within, what, func(ctx context.Context) error {
		select {
		case err := <-f.done:
			return err
		case <-ctx.Done():
			return nil // call has given up
		}
	})
}
