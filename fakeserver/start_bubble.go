package fakeserver

import (
	"fmt"
	"runtime"
	"syscall"
	"time"
)

// processStart is when the program began, as far as this package can know, on the wall
// clock: a bubble has no other.
var processStart = time.Now()

// inBubble reports whether its caller runs in a testing/synctest bubble. There, as that
// package's documentation has it, time begins at midnight UTC 2000-01-01, years before this
// program did. A bubble that has slept for decades is not seen, nor one on a machine whose clock
// says that it is earlier than 2000. The other signs are worse: T.Deadline panics in a bubble,
// but only of the bubble's own T; and the name in a goroutine's stack trace is documented nowhere.
func inBubble() bool {
	const longer = 24 * time.Hour // than any step by which a clock is set right
	return time.Until(processStart.Round(0)) > longer
}

// outsideBubbles runs f in a goroutine that belongs to no bubble, even if its caller does: a
// goroutine belongs to the bubble that started it, and a timer to the one that made it. Only
// cleanups run outside, as testing/synctest's documentation says, so it makes some garbage,
// and collects it.
func outsideBubbles(f func()) {
	if !inBubble() {
		f()
		return
	}
	runtime.AddCleanup(&struct{ f func() }{}, func(f func()) { f() }, f)
	runtime.GC()
}

// errRealSocket says why a server can't be where it is.
var errRealSocket = fmt.Errorf("%w: real sockets stop the clock of a testing/synctest bubble, and nothing in it ever times out: "+
	"in a bubble, set Transport to a *nettest.Network", ErrConfig)

// checkBubble refuses a socket of the kernel's in a bubble.
func checkBubble(socket any) error {
	if _, real := socket.(syscall.Conn); real && inBubble() {
		return errRealSocket
	}
	return nil
}
