package fakeserver

import (
	"errors"
	"net"
	"time"
)

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetReadDeadline makes Reads, blocked ones too, fail after t with
// os.ErrDeadlineExceeded. If t is zero, they don't.
func (c *Conn) SetReadDeadline(t time.Time) error {
	return c.setDeadline(t, &c.readBy, &c.in.queue, c.setReadDeadline)
}

// setReadDeadline sets the socket's own, unless that is to wake a Read now, which would
// sleep on if it had not run yet. It needs mu.
func (c *Conn) setReadDeadline(t time.Time) error {
	if c.woken {
		return nil
	}
	return c.raw.SetReadDeadline(t)
}

// SetWriteDeadline makes Writes, blocked ones too, fail after t with
// os.ErrDeadlineExceeded. If t is zero, they don't.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.setDeadline(t, &c.writeBy, &c.out.queue, c.raw.SetWriteDeadline)
}

// setDeadline sets the deadline of a direction: that of its queue, if it has one,
// and else that of the socket. Where a rule ended the connection, what came before
// is still to be read, and so the deadline still counts.
func (c *Conn) setDeadline(t time.Time, by *time.Time, q **queue, set func(time.Time) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ruled := errors.AsType[*injected](c.why)
	if c.why != nil && !ruled || c.hurried || c.over && c.how != inOrder {
		return c.opError("set", net.ErrClosed)
	}
	*by = t
	if *q != nil {
		(*q).setDeadline(t)
		return nil
	}
	if ruled {
		return nil // the socket's own keeps everybody from blocking
	}
	return set(t)
}

// setRawReadDeadline sets the socket's own deadline, unless nothing waits for the client any
// more.
func (c *Conn) setRawReadDeadline(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.hurried && !c.over {
		c.raw.SetReadDeadline(t)
	}
}

// setRawWriteDeadline is setRawReadDeadline for writes.
func (c *Conn) setRawWriteDeadline(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.hurried && !c.over {
		c.raw.SetWriteDeadline(t)
	}
}

// clearRawReadDeadline lets the socket be read once more, hurried or not. It reports false if
// the socket is closed.
func (c *Conn) clearRawReadDeadline() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.over && c.raw.SetReadDeadline(time.Time{}) == nil
}
