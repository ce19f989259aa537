package fakeserver

import (
	"errors"
	"net"
	"time"
)

// How a call of the handler's that is blocked in the socket is made to look for another plan: the
// socket's deadline passes for a moment.

// errReplanned is what a Write to the socket returns that was made to look.
var errReplanned = errors.New("other faults decide about the rest")

// A waker wakes the call of one direction. Its methods need Conn.mu.
type waker struct {
	set   func(net.Conn, time.Time) error // of the socket, for the direction
	woken bool                            // the socket gets the handler's deadline when the call has looked
}

// wake makes the call look.
func (w *waker) wake(c *Conn) {
	if !c.over {
		w.woken = true
		w.set(c.raw, past)
	}
}

// setDeadline sets the socket's own, unless that is to wake a call now, which would sleep on if
// it had not run yet; or a rule ended the connection, whose past deadline lets nothing block.
func (w *waker) setDeadline(c *Conn, t time.Time) error {
	if w.woken || c.why != nil {
		return nil
	}
	return w.set(c.raw, t)
}

// restore gives the socket the handler's deadline again. It reports false if the connection is
// doomed: nothing is to block any more.
func (w *waker) restore(c *Conn, t time.Time) bool {
	if c.why != nil {
		return false
	}
	w.woken = false
	w.set(c.raw, t)
	return true
}
