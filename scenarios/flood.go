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
		f.s.log.Print(floodText(int(n)))
		f.lines.Add(1)
	}
	return nil
}

// awaitStill waits until all is logged, or for quiet no further line was: then its
// caller has to wait, and there is no room. It gives up on a caller that goes on
// and on at a slow pace.
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
