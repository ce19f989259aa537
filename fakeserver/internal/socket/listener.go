package socket

import (
	"errors"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// SetDeadline makes ln's Accepts, blocked ones too, fail after t.
func SetDeadline(ln net.Listener, t time.Time) error {
	if l, ok := ln.(interface{ SetDeadline(time.Time) error }); ok {
		return l.SetDeadline(t)
	}
	return errors.ErrUnsupported
}

// HasBacklog reports whether connections wait to be accepted. Where that can't be known, none do.
func HasBacklog(ln net.Listener) bool {
	if l, ok := ln.(interface{ Backlog() (int, error) }); ok {
		n, _ := l.Backlog()
		return n > 0
	}
	has, _ := kernel.HasBacklog(ln)
	return has
}

// SetBacklog sets how many connections may wait to be accepted; -1 is what ln has otherwise. It returns how many
// more than that ln takes.
func SetBacklog(ln net.Listener, n int) (more int, err error) {
	if l, ok := ln.(interface{ SetBacklog(int) error }); ok {
		return 0, l.SetBacklog(n)
	}
	return 1, kernel.SetBacklog(ln, n) // which takes -1 for as many as net.core.somaxconn allows
}

// SetReadBuffer sets the receive buffer of a packet conn, or of the connections that a listener accepts.
func SetReadBuffer(s any, bytes int) error {
	if s, ok := s.(interface{ SetReadBuffer(int) error }); ok {
		return s.SetReadBuffer(bytes)
	}
	return errors.ErrUnsupported
}

// A suspender can close itself and keep its address.
type suspender[S any] interface {
	Suspend() (again func() (S, error), release func(), err error)
}

// CanSuspend reports whether Suspend works.
func CanSuspend(ln net.Listener) bool {
	_, ok := ln.(suspender[net.Listener])
	return ok
}

// Suspend closes ln and keeps its address: again listens there once more, and release gives it up.
func Suspend(ln net.Listener) (again func() (net.Listener, error), release func(), err error) {
	if l, ok := ln.(suspender[net.Listener]); ok {
		return l.Suspend()
	}
	return nil, nil, errors.ErrUnsupported
}
