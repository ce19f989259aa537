package fakeserver

import (
	"net"
	"os"
	"runtime"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// A failure gives an Accept the error that it returns in place of a connection, once the record has
// that. From one that has lapsed comes nil: that Accept goes on.
type failure chan error

// failed returns a failure that is in the record.
func failed(err error) failure {
	f := make(failure, 1)
	f <- err
	return f
}

// isForAccept reports whether s lets calls of Accept fail.
func isForAccept(s decide.Step) bool { return s.Op == decide.OpFailAccept }

// isForArrival reports whether s is to be carried out as soon as its connection has come.
func isForArrival(s decide.Step) bool { return !isForAccept(s) }

// failAccepts lets calls of Accept fail that would hand c out, as the steps say. It reports whether
// c is to be handed out after that: nothing has ended it meanwhile. Its caller has the turn.
func (l *Listener) failAccepts(c *Conn, steps []decide.Step) bool {
	for _, s := range steps {
		for range s.Calls { // none, if it is for its arrival
			if !l.failAccept(c, s) {
				break
			}
		}
	}
	return !c.isDoomed()
}

// failAccept lets the next call of Accept fail. It reports false if none is to: the rule is not in
// the plan any more, the connection has ended, or the Listener is closed.
func (l *Listener) failAccept(c *Conn, s decide.Step) bool {
	fails := func() bool { return !c.isDoomed() && l.program().HasOnAccept(c.n, s) }
	f := make(failure, 1)
	for {
		changed, ended := l.planChanged(), c.next()
		if !fails() {
			return false
		}
		select {
		case l.failures <- f:
			if !fails() { // any more: that came before this Accept was called
				f <- nil
				return false
			}
			c.noteAccept(s)
			f <- l.acceptError(s.Errno)
			return true
		case <-changed:
		case <-ended:
		case <-l.shut:
			return false
		}
	}
}

// acceptError returns the error of an Accept that a rule lets fail, as package net makes it of the
// kernel's.
func (l *Listener) acceptError(errno syscall.Errno) error {
	return &net.OpError{
		Op: "accept", Net: l.ln.Addr().Network(), Addr: l.ln.Addr(),
		Err: os.NewSyscallError(acceptCall(), scarcity{errno}),
	}
}

// acceptCall returns the system call that package net names where Accept fails for want of
// something: see accept in package internal/poll, and sysSocket in package net for Windows, where
// the new connection's socket is made first.
func acceptCall() string {
	switch runtime.GOOS {
	case "dragonfly", "freebsd", "illumos", "linux", "netbsd", "openbsd", "solaris":
		return "accept4"
	case "windows":
		return "socket"
	}
	return "accept"
}
