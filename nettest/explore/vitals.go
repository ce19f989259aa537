package explore

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/nettest/subject"
)

// Vitals are what a trial shows while it runs: to one who watches it from outside of its bubble.
type vitals struct {
	moves atomic.Int64 // grows when something passes, and in memory while the clock goes on
	brand atomic.Pointer[subject.Brand]
	trial atomic.Pointer[trial]
}

// A use is what a trial took of the machine. It is plain data.
type use struct {
	Processor time.Duration // in all
	Spin      spin
	Chunk     subject.Chunk // the largest, if it is one that a trial may not take
}

// A spin is a stretch in which a client took processor time and nothing passed. It is plain data.
type spin struct {
	Took time.Duration // 0: there was none
	In   string        // the step
	At   string        // the stack, in a sample
}

// How often a trial is looked at, and in how many samples the client has to be at work without a pause, and nothing else in
// its process, for it to spin.
const (
	samplePause = 20 * time.Millisecond
	samples     = 5
)

// watch looks for a spin, until ctx is done. It counts the processor time that the process got, and so it is no spin when a machine is too
// busy for the client to get on. To clear much memory takes time, too: a client that takes more than it may is given ten times as long.
func (v *vitals) watch(ctx context.Context, l limits) spin {
	bytes := subject.Allocated()
	tick := time.NewTicker(samplePause)
	defer tick.Stop()
	var moves int64
	var since time.Duration // of processor time, when something passed last, or the client waited
	for seen := 0; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return spin{}
		}
		now, err := subject.ProcessorTime()
		if err != nil {
			return spin{} // a platform that does not tell
		}
		brand := v.brand.Load()
		if m := v.moves.Load(); m != moves || since == 0 || brand == nil {
			moves, since, seen = m, now, 0
			continue
		}
		limit := l.spin
		if subject.Allocated()-bytes >= l.chunk {
			limit *= 10
		}
		if now-since < limit*time.Duration(seen+1)/samples {
			continue // samples cost something
		}
		stacks, others := brand.AtWork()
		if len(stacks) == 0 || others || v.moves.Load() != moves {
			since, seen = now, 0
			continue
		}
		if seen++; seen >= samples && now-since >= limit {
			return spin{now - since, v.trial.Load().at().Name, stacks[0]}
		}
	}
}

// measure runs f, which is a trial, and returns what it took. When it spins, spins is called, which may be nil.
func (v *vitals) measure(ctx context.Context, l limits, spins, f func()) (u use) {
	began, bytes := time.Now(), subject.Allocated()
	processor, _ := subject.ProcessorTime()
	watching, cancel := context.WithCancel(ctx)
	defer cancel()
	var over sync.WaitGroup
	if l.spin > 0 {
		over.Go(func() {
			if u.Spin = v.watch(watching, l); u.Spin.Took > 0 && spins != nil {
				spins()
			}
		})
	}
	f()
	cancel()
	over.Wait()
	after, _ := subject.ProcessorTime()
	u.Processor = after - processor
	if l.chunk > 0 && subject.Allocated()-bytes >= l.chunk {
		u.Chunk = l.largest(ctx, time.Since(began))
	}
	return u
}

// Limits are what a trial may take. No client is accused that takes less than ten times what it does on a healthy wire.
type limits struct {
	spin   time.Duration // of processor time while nothing passes; 0: it is not looked for
	chunk  uint64        // of memory at once; 0: it is not looked for
	chunks *subject.Chunks
}

// largest returns the largest chunk of memory that a trial took which it may not. What the process takes in as much time after
// the trial is others'.
func (l limits) largest(ctx context.Context, took time.Duration) (c subject.Chunk) {
	taken := l.chunks.New(l.chunk)
	if len(taken) == 0 {
		return c
	}
	pause(ctx, min(took, time.Second))
	others := l.chunks.New(l.chunk)
	for _, t := range taken {
		same := func(other subject.Chunk) bool { return other.Stack == t.Stack }
		if t.Bytes > c.Bytes && !slices.ContainsFunc(others, same) {
			c = t
		}
	}
	return c
}

// What a trial may take in any case; and what is too much to be tried again in the same process.
const (
	spinFloor  = 200 * time.Millisecond
	spinMost   = 3 * time.Second // what else runs in the process may have been at work on the healthy wire
	chunkFloor = 32 << 20
	tooMuch    = 1 << 30
)

// newLimits returns those of a healthy wire, on which a client may take what it does.
func newLimits() limits {
	l := limits{realBound, math.MaxUint64, &subject.Chunks{}}
	l.chunks.New(chunkFloor / 10)
	return l
}

// learn takes in that a client needs so much processor time on a healthy wire, and the memory that it took until now.
func (l limits) learn(processor time.Duration) limits {
	l.spin, l.chunk = min(spinFloor+10*processor, spinMost), chunkFloor
	for _, c := range l.chunks.New(chunkFloor / 10) {
		l.chunk = max(l.chunk, 10*c.Bytes)
	}
	return l
}

// tick counts moves of a bubble's clock as long as ctx is not done: less and less often, as it may go on for hours.
func (v *vitals) tick(ctx context.Context) {
	const finest, part = time.Millisecond, 32
	for began := time.Now(); pause(ctx, max(finest, time.Since(began)/part)) == nil; {
		v.moves.Add(1)
	}
}
