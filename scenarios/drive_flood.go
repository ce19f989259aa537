package scenarios

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/nettest/subject"
)

// floodBytes is more than the kernels of both sides hold for a collector that does
// not read, which was 4.1 MB on Linux. A flood's lines are long.
const (
	floodBytes = 16 << 20
	floodLine  = 8000
	floodLines = floodBytes / floodLine
)

// floodText returns line n of a flood, in memory of its own.
func floodText(n int) string {
	return fmt.Sprintf(lineBegins+"%05d %s end %05d", n, strings.Repeat("abcdefgh", floodLine/8), n)
}

// trickle pauses before every eighth line of those that follow a flood until there is a
// jam: a logger that drops lines for which its queue has no room may have dropped nearly
// all of the flood before it sent anything.
func trickle(n int64) {
	if n%8 == 0 {
		time.Sleep(time.Millisecond)
	}
}

// A flood is a caller that logs, in a goroutine of its own, more than any buffer can
// hold.
type flood struct {
	s       *logging
	total   int64
	jam     *jam
	stopped atomic.Bool
	done    <-chan error // gets its end
	isDone  bool
	isStill bool // its caller has to wait
}

// startFlood starts a caller that logs total bytes, and then goes on until there is a
// jam, if one comes in time.
func (s *logging) startFlood(total int64) *flood {
	f := &flood{s: s, total: total, jam: watchJam(s.ctx, s.srv, floodLine)}
	f.done = subject.Go(s.ctx, "Print", f.run)
	return f
}

// jamWait is how long a jam may take to come, and limit how long a flood may take to end
// or to stand still. Both depend on the machine and not on the subject alone, so that they
// have the whole slack, whatever a subject that hangs gets.
func (f *flood) jamWait() time.Duration { return f.s.within + slack }
func (f *flood) limit() time.Duration   { return 2*f.s.within + slack }

func (f *flood) run(context.Context) error {
	for n := int64(1); n <= f.total/floodLine && !f.stopped.Load(); n++ {
		f.print(n)
	}
	f.jam.all.Store(true)
	for began := time.Now(); time.Since(began) < f.jamWait() && !f.jam.seen.Load() && !f.stopped.Load(); {
		n := f.jam.lines.Load() + 1
		trickle(n)
		f.print(n)
	}
	return nil
}

func (f *flood) print(n int64) {
	f.s.log.Print(floodText(int(n)))
	f.jam.lines.Add(1)
}

// awaitStill waits until all is logged, or no further line was logged for quiet: then its
// caller has to wait. It gives up on a caller that waits for less, but again and again,
// after limit. In any case it wants a jam.
func (f *flood) awaitStill(quiet time.Duration) error {
	tick := time.NewTicker(quiet / subject.Ticks)
	defer tick.Stop()
	began, before := time.Now(), int64(-1)
	for still := 0; !f.isStill && time.Since(began) < f.limit(); {
		select {
		case err := <-f.done:
			if f.isDone = true; err != nil {
				return err
			}
			return f.jam.missing(time.Since(began))
		case <-tick.C:
		case <-f.s.ctx.Done():
			return interrupted(f.s.ctx)
		}
		if still++; f.jam.lines.Load() != before {
			before, still = f.jam.lines.Load(), 0
		}
		f.isStill = still >= subject.Ticks && f.jam.seen.Load()
	}
	return f.jam.missing(time.Since(began))
}

// stop lets the caller log no further line.
func (f *flood) stop() { f.stopped.Store(true) }

// join wants the line that is being logged to be logged within Within.
func (f *flood) join(when string) error {
	if f.isDone {
		return nil
	}
	what := fmt.Sprintf("Print of line %d, at work %s,", f.jam.lines.Load()+1, when)
	return call(f.s.ctx, f.s.within, what, func(ctx context.Context) error {
		select {
		case err := <-f.done:
			return err
		case <-ctx.Done():
			return nil // call has given up
		}
	})
}
