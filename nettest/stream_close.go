package nettest

import (
	"net"
	"syscall"
	"time"
)

// Close closes the connection: with a FIN after what was written, or with an RST if
// something that arrived was not read, or after SetLinger(0). Blocked calls return
// net.ErrClosed, as do all later ones.
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
	if c.ports != nil {
		c.ports.release(c)
	}
	return true
}

// end tells the peer, unless both ends know already.
func (c *Conn) end(rst bool) {
	c.wasRead()
	c.signalAck()
	switch {
	case c.isOver():
	case rst:
		c.sendRST()
	default:
		c.sendFIN()
		c.receiveFIN()
	}
}

// waitForFIN waits until the FIN has arrived, for as long as SetLinger said.
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

// CloseWrite sends a FIN after what was written: the peer's Read returns io.EOF. The other
// direction stays open. The FIN needs room in the window, as a byte does.
func (c *Conn) CloseWrite() error {
	return c.shut(c.sendFIN)
}

// CloseRead makes Read return io.EOF from now on, after what has arrived. The peer is not
// told, and may go on writing.
func (c *Conn) CloseRead() error {
	return c.shut(func() { c.readShut = true })
}

// shut closes a direction. When both have ended, there is nothing left to close.
func (c *Conn) shut(do func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return c.opError("close", net.ErrClosed)
	case c.isOver():
		return c.opError("close", sysErr("shutdown", syscall.ENOTCONN))
	}
	do()
	c.readable.Broadcast()
	c.writable.Broadcast()
	return nil
}
