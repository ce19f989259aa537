package nettest

import (
	"net"
	"time"
)

// SetDeadline sets both deadlines.
func (c *Conn) SetDeadline(t time.Time) error { return c.setDeadlines(t, true, true) }

// SetReadDeadline makes Reads, including blocked ones, fail after t with
// os.ErrDeadlineExceeded. A zero t means that they don't.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadlines(t, true, false) }

// SetWriteDeadline makes Writes, including blocked ones, fail after t with
// os.ErrDeadlineExceeded and the number of bytes that fitted. A zero t means that they don't.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadlines(t, false, true) }

func (c *Conn) setDeadlines(t time.Time, read, write bool) error {
	return c.set(nil, c.local, func() {
		if read {
			c.readBy.set(t, &c.readable)
		}
		if write {
			c.writeBy.set(t, &c.writable)
		}
	})
}

// SetLinger says what Close does. If sec is 0, it sends an RST. If sec is positive, it waits at
// most that many seconds for its FIN to arrive, which comes after what was written. If sec is
// negative, the default, it does not wait.
func (c *Conn) SetLinger(sec int) error {
	return c.set(c.local, c.remote, func() { c.linger = sec })
}

// SetReadBuffer sets the window: how many bytes the peer may write ahead of Read. With 0,
// its Writes block. What is in the window already stays.
func (c *Conn) SetReadBuffer(bytes int) error {
	return c.set(nil, c.local, func() {
		c.in.window = bytes
		c.receiveFIN()
		c.peer.writable.Broadcast()
	})
}

// SetWriteBuffer does nothing: the peer's window is the only buffer.
func (c *Conn) SetWriteBuffer(int) error { return c.set(nil, c.local, func() {}) }

// SetNoDelay does nothing: what is written has arrived at once.
func (c *Conn) SetNoDelay(bool) error { return c.set(c.local, c.remote, func() {}) }

// SetKeepAlive does nothing: an idle connection is never given up.
func (c *Conn) SetKeepAlive(bool) error { return c.set(c.local, c.remote, func() {}) }

// SetKeepAlivePeriod does nothing, as SetKeepAlive.
func (c *Conn) SetKeepAlivePeriod(time.Duration) error {
	return c.set(c.local, c.remote, func() {})
}

// SetKeepAliveConfig does nothing, as SetKeepAlive.
func (c *Conn) SetKeepAliveConfig(net.KeepAliveConfig) error {
	return c.set(c.local, c.remote, func() {})
}

// MultipathTCP reports that it is not used.
func (c *Conn) MultipathTCP() (bool, error) { return false, nil }

// set changes something, unless the connection is closed. Its error has the addresses that
// package net's has, which differ from option to option.
func (c *Conn) set(source, addr net.Addr, change func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return &net.OpError{Op: "set", Net: c.network, Source: source, Addr: addr, Err: net.ErrClosed}
	}
	change()
	return nil
}
