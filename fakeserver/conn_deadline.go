package fakeserver

import (
	"errors"
	"time"
)

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetReadDeadline makes Reads, blocked ones too, fail after t with
// os.ErrDeadlineExceeded. If t is zero, they don't.
func (c *Conn) SetReadDeadline(t time.Time) error {
	return c.in.setDeadline(t)
}

// SetWriteDeadline makes Writes, blocked ones too, fail after t with
// os.ErrDeadlineExceeded. If t is zero, they don't.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.out.setDeadline(t)
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
