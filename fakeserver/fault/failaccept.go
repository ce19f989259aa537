package fault

import (
	"cmp"
	"fmt"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// FailAccept lets the Accept fail that would hand the connection out, as the kernel's does when the
// process is out of descriptors, or the machine out of memory. With Times(n), the n-1 calls of Accept
// after that fail, too. The connection waits meanwhile, as in the kernel's queue, and so do those that
// come after it; their clients are not told. The next Accept hands it out.
//
// It is for OnAccept, and for a server of your own above a fakeserver.Listener, whose Accept it calls.
// A fakeserver.Server accepts by itself, and refuses a plan with it.
//
// The error is what package net makes of the kernel's: a *net.OpError with an *os.SyscallError, the
// same text, Temporary and Timeout. EMFILE and ENFILE are temporary: http.Serve calls Accept again
// after a pause. ENOBUFS and ENOMEM are not: it returns. errors.Is and errors.As find the Errno, and
// errors.Is finds ErrInjected. That is the one difference: what the *os.SyscallError has in it is not
// a syscall.Errno, but wraps one. On Windows the numbers are package syscall's own, not Winsock's.
//
// Each Accept that fails is recorded, and counts as one time that the rule acted. If the server gives
// up, the connection is reset when the listener is closed. An Accept for which there is no connection
// waits, as it does without the rule; without descriptors, the kernel's would fail at once.
//
// ECONNABORTED is refused, because no Accept of package net returns it: it takes the next connection
// instead (internal/poll/fd_unix.go). On Linux a connection that was reset before it was accepted is
// handed out, and its first Read fails, as with FromClient(Reset{}).
type FailAccept struct {
	// Errno is syscall.EMFILE, ENFILE, ENOBUFS or ENOMEM. If zero, EMFILE.
	Errno syscall.Errno
}

// Kind returns "fail-accept".
func (FailAccept) Kind() string { return "fail-accept" }

// Validate refuses an Errno with which no Accept fails that has a connection to hand out.
func (f FailAccept) Validate() error {
	if f.Errno == syscall.ECONNABORTED {
		return fmt.Errorf("Errno is ECONNABORTED, which package net's Accept never returns: want %s", acceptErrnos)
	}
	if _, ok := errnos[f.Errno]; !ok && f.Errno != 0 {
		return fmt.Errorf("Errno is %d (%v), want %s", int(f.Errno), f.Errno, acceptErrnos)
	}
	return nil
}

func (FailAccept) sealed()       {}
func (FailAccept) acceptable()   {}
func (FailAccept) onlyOnAccept() {}

func (f FailAccept) point() decide.Step {
	errno := cmp.Or(f.Errno, syscall.EMFILE)
	return decide.Step{Op: decide.OpFailAccept, Errno: errno, Text: errnos[errno]}
}

// errnos are the names of what an Accept fails with that has a connection to hand out.
var errnos = map[syscall.Errno]string{
	syscall.EMFILE:  "EMFILE",
	syscall.ENFILE:  "ENFILE",
	syscall.ENOBUFS: "ENOBUFS",
	syscall.ENOMEM:  "ENOMEM",
}

// acceptErrnos has them for errors.
const acceptErrnos = "EMFILE, ENFILE, ENOBUFS or ENOMEM"
