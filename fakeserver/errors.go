package fakeserver

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// ErrConfig is in every error about a Config that makes no sense.
var ErrConfig = errors.New("fakeserver: invalid config")

// ErrLineTooLong is what Lines ends a connection with when a line exceeds its
// MaxBytes. It is the client's doing: it is recorded, and does not fail Verify.
var ErrLineTooLong = errors.New("line too long")

// errGoexit is the error of a handler that left by runtime.Goexit, such as
// through a FailNow of the test's TB, which must not be called from a handler.
var errGoexit = errors.New("handler called runtime.Goexit; was it t.FailNow or t.Fatal? Those are for the test's own goroutine")

// errNameless is why a client on a unix datagram socket gets no answer.
var errNameless = errors.New("the client's socket has no name: it must be bound to be answered")

// injected is why Read and Write fail after a fault ended the connection.
type injected struct {
	rule string
	op   decide.Op
	rst  bool // the end was an RST
}

func newInjected(s decide.Step) *injected { return &injected{s.Rule, s.Op, resets(s)} }

func (e *injected) Error() string { return fmt.Sprintf("injected %v by rule %s", e.op, e.rule) }

// Unwrap lets errors.Is find what a socket would have said too.
func (e *injected) Unwrap() []error {
	if e.rst {
		return []error{fault.ErrInjected, syscall.ECONNRESET}
	}
	return []error{fault.ErrInjected, net.ErrClosed}
}

// A scarcity is what an Accept fails with by a rule. It is the kernel's errno in all that it says.
type scarcity struct{ syscall.Errno }

func (e scarcity) Unwrap() []error { return []error{fault.ErrInjected, e.Errno} }

// wireError reports whether err, which a handler returned for a connection between these two
// ends (any remote end, if that is nil), says only what the wire did to it. Such errors are
// recorded and are no failure of the handler. An error of another connection that the handler
// used is not the wire's, and a panic never is, whatever its value.
func wireError(err error, local, remote net.Addr) bool {
	if _, panicked := errors.AsType[*panicError](err); panicked {
		return false
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Source != nil {
		return sameAddr(op.Source, local) && (remote == nil || sameAddr(op.Addr, remote))
	}
	for _, known := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, fault.ErrInjected, os.ErrDeadlineExceeded, ErrLineTooLong} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// isReset reports whether err says that the other side tore the connection down.
func isReset(err error) bool { return kernel.IsTornDown(err) }
