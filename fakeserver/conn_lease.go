package fakeserver

import (
	"errors"
	"net"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// A lease is what a Listener's connection has in place of a handler: whoever
// accepted it has it until Close. The server's WaitGroup counts the connection from
// its arrival until it has ended.
type lease struct {
	conns    *conns      // that it is one of
	returned atomic.Bool // Close was called
	leaving  atomic.Bool // somebody ends the connection
}

// giveBack is Close of a connection that was accepted from a Listener. As of any
// net.Conn, the first call succeeds, whatever has become of the connection.
func (c *Conn) giveBack() error {
	if !c.lease.returned.CompareAndSwap(false, true) {
		return c.opError("close", net.ErrClosed)
	}
	c.leave()
	return nil
}

// hangUp ends the connection in order, and does not wait for it. It is not its
// handler or owner who does.
func (c *Conn) hangUp() error {
	if c.lease == nil {
		return c.Close()
	}
	c.leave()
	return nil
}

// tearDown ends the connection with an RST at once, where there is such a thing. It
// is not its handler or owner who does.
func (c *Conn) tearDown() error {
	if !socket.CanReset(c.raw) {
		return c.opError("reset", errors.ErrUnsupported)
	}
	return c.abort()
}

// leave ends a leased connection in order, and does not wait for it.
func (c *Conn) leave() {
	c.doom(net.ErrClosed)
	if c.lease.leaving.CompareAndSwap(false, true) {
		go c.depart()
	}
}

func (c *Conn) depart() {
	defer c.core.wg.Done()
	c.endInOrder()
	c.lease.conns.forget(c)
}
