package scenarios

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/fakewire/fakewire/nettest/subject"
)

// BoundedMemory is the promise of a TCP logger that keeps no more than Memory
// bytes while its collector does not read and its caller logs 64 MiB, or four times
// Memory if that is more. A logger that makes its caller wait keeps it, too.
//
// What is measured is the heap and the stacks of the whole process after a garbage
// collection, once before and once after. Subjects that were left behind by earlier
// specs, and whatever else runs in the process, count; so Memory should not be too
// tight.
var BoundedMemory = Promise[NetworkLogger]{
	variable: "BoundedMemory",
	Name:     "keeps its memory bounded",
	Why: "The collector stalled, and what was killed was not the collector, but the program that only wanted to log. A logger that " +
		"never blocks and never drops has a queue without an end, which takes the machine's memory within minutes.",
	Labels: []string{"logger", "fault:stall"},
	check:  checkBoundedMemory,
}

// memoryFlood is what is logged at least, and how many times Memory.
const (
	memoryFlood = 64 << 20
	memoryTimes = 4
)

// connMemory is more than what a connection that is not read costs the collector, which is a
// part of the process: a logger that takes one after another, in memory in no time, may have
// thousands of them.
const connMemory = 16 << 10

func checkBoundedMemory(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.checkStream(neverWaits); err != nil {
		return err
	}
	w, release := stuck()
	defer release()
	return inLogging(ctx, l, w, func(s *logging) error { return growInFlood(s, l.memory(), release) })
}

// growInFlood wants the process to keep at most limit bytes more when its caller
// has logged a flood, or has to wait. Then it calls release, and closes the logger.
func growInFlood(s *logging, limit int64, release func()) error {
	before := memory()
	f := s.startFlood(max(memoryFlood, memoryTimes*limit))
	defer f.stop()
	if err := awaitEnough(f, limit, s.within+longWait); err != nil {
		return err
	}
	grown, lines := memory()-before-int64(s.srv.Transcript().Conns())*connMemory, f.jam.lines.Load()
	f.stop()
	release()
	if grown > limit {
		return fmt.Errorf("the process keeps %d bytes more than before, want at most %d: %d lines of %d bytes were logged", grown, limit, lines, floodLine)
	}
	if err := f.join("when the collector stopped reading, and reads again"); err != nil {
		return err
	}
	return s.close()
}

// awaitEnough is awaitStill, and wants a logger that takes whatever comes to have been
// given more than limit: all, or so much that it shows, unless its caller had to wait.
// A caller that never waits logs more lines than a pulse has beats, however busy the
// machine is.
func awaitEnough(f *flood, limit int64, quiet time.Duration) error {
	beats := subject.NewPulse(time.Millisecond)
	defer beats.Stop()
	if err := f.awaitStill(quiet); err != nil {
		return err
	}
	lines := f.jam.lines.Load()
	if f.isDone || f.isStill || lines*floodLine > limit+LargeRequest || int64(beats.Count()) >= 2*lines {
		return nil
	}
	return fmt.Errorf("%w: the machine is too busy: only %d lines of %d bytes were logged in %v, and the caller did not have to wait", ErrInconclusive, lines, floodLine, f.limit())
}

// memory returns how many bytes the process keeps. What a sync.Pool holds is gone
// after the second collection.
func memory() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
