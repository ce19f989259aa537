package nettest

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest/internal/process"
)

// Within runs f, and fails tb unless it returns within d. It reports whether it did:
//
//	nettest.Within(t, 5*time.Second, func() { err = client.Close() })
//
// If f is not back in time, the failure shows what it hangs in: its goroutine, and those that it
// started. It goes on there, since a goroutine can't be ended; so what it sets may only be
// looked at if Within has returned true. In a bubble d is virtual time, and exact: what takes d is
// within d. Elsewhere leave room for a machine that is busy.
//
// f runs in a goroutine of its own, but may fail as if it did not: Fatalf, FailNow and SkipNow
// in f end the caller's goroutine, too, and so does a panic, whose stack is logged.
func Within(tb fakeserver.TB, d time.Duration, f func()) bool {
	tb.Helper()
	c := &timed{began: time.Now(), over: make(chan struct{})}
	go c.run(f)
	switch {
	case !c.await(d):
		tb.Errorf("not back within %v: it hangs in\n%s", d, c.stacks())
		return false
	case c.panicked != nil:
		tb.Logf("panic: %v\n%s", c.panicked, c.stack)
		panic(c.panicked)
	case !c.returned:
		runtime.Goexit()
	case c.took > d:
		tb.Errorf("back after %v, and not within %v", c.took, d)
		return false
	}
	return true
}

// A timed is a call that is waited for.
type timed struct {
	began  time.Time
	id     atomic.Pointer[string] // of its goroutine; nil before it runs
	judged atomic.Bool            // it is over, or was given up: whichever was first
	over   chan struct{}

	// When it is over:
	took     time.Duration
	returned bool
	panicked any
	stack    []byte // of the panic
}

// run calls f. A panic is kept for the caller; if that has given up, it ends the program, as in any
// goroutine that nothing waits for.
func (c *timed) run(f func()) {
	id := process.Self()
	c.id.Store(&id)
	defer func() {
		if !c.judged.CompareAndSwap(false, true) {
			return
		}
		c.took = time.Since(c.began)
		if !c.returned {
			if c.panicked = recover(); c.panicked != nil {
				c.stack = debug.Stack()
			}
		}
		close(c.over)
	}()
	f()
	c.returned = true
}

// await reports whether the call is over in time. In a bubble, what is over after exactly d comes
// before the end of the wait, which is after all else that happens then.
func (c *timed) await(d time.Duration) bool {
	t := time.NewTimer(max(d, d+1)) // for the longest d there is none after it
	defer t.Stop()
	select {
	case <-c.over:
		return true
	case <-t.C:
	}
	if c.judged.CompareAndSwap(false, true) {
		return false
	}
	<-c.over
	return true
}

// stacks returns what the call's goroutine hangs in, and those that it started.
func (c *timed) stacks() string {
	id := c.id.Load()
	if id == nil {
		return "(its goroutine has not begun)"
	}
	var all []string
	for _, g := range process.Family(process.Goroutines(), *id) {
		all = append(all, g.Stack)
	}
	return briefStacks(all)
}
