package nettest

import (
	"net"
	"time"
)

// Close closes the connection: with a FIN behind what was written; or with an RST, if
// something that arrived was not read, or after SetLinger(0). Blocked calls return
// net.ErrClosed, as do all further ones.
func (c *Conn) Close() error {
	if !c.close(false) {
		return c.opError("close", net.ErrClosed)
	}
	return nil
}

// Reset closes the connection with an RST, as SetLinger(0) and Close do.
func (c *Conn) Reset() error {
	if !c.close(true) {
		return c.opError("close", net.ErrClosed)
	}
	return nil
}

// close reports whether the connection was open.
func (c *Conn) close(rst bool) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	c.closed = true
	c.readBy.stop()
	c.writeBy.stop()
	c.end(rst || c.linger == 0 || c.in.unread() > 0)
	c.readable.Broadcast()
	c.writable.Broadcast()
	c.waitForFIN()
	c.mu.Unlock()
	if c.host != nil {
		c.host.release(c)
	}
	return true
}

// end tells the peer, unless both have heard of the end.
func (c *Conn) end(rst bool) {
	c.wasRead()
	c.tellAcked()
	switch {
	case c.isOver():
	case rst:
		c.sendRST()
	default:
		c.sendFIN()
		c.takeFIN()
	}
}

// waitForFIN waits until the FIN has arrived, as long as SetLinger said.
func (c *Conn) waitForFIN() {
	if c.linger <= 0 || c.reset || c.peer.gotFIN {
		return
	}
	c.writeBy.set(time.Now().Add(time.Duration(c.linger)*time.Second), &c.writable)
	for !c.reset && !c.peer.gotFIN && !c.writeBy.passed() {
		c.writable.Wait()
	}
	c.writeBy.stop()
}

func (c *Conn) sendFIN() {
	c.sentFIN = true
	c.deliver()
}

// isOver reports whether nothing can happen any more: both FINs have arrived, or it was reset.
func (c *Conn) isOver() bool { return c.reset || c.gotFIN && c.peer.gotFIN }

// CloseWrite sends a FIN behind what was written: the peer's Read returns io.EOF. The other
// direction stays open. The FIN needs room in the window, as a byte does.
func (c *Conn) CloseWrite() error {
	return c.shut(c.sendFIN)
}

// SetLinger says what Close does: with 0 it sends an RST, and with more it waits so many seconds at most for
// its FIN to arrive, which comes after what was written. With less, as without it, Close waits for nothing.
func (c *Conn) SetLinger(sec int) error {
	return c.set(c.local, c.remote, func() { c.linger = sec })
}

// SetReadBuffer sets the window: how many bytes the peer may write ahead of Read. With 0,
// its Writes block. What is in it already stays.
func (c *Conn) SetReadBuffer(bytes int) error {
	return c.set(nil, c.local, func() {
		c.in.window = bytes
		c.takeFIN()
		c.peer.writable.Broadcast()
	})
}
