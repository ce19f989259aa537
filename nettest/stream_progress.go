package nettest

import (
	"errors"
	"net"
)

// Unread returns how many bytes have arrived and were not read. If there are any, Close sends
// an RST.
func (c *Conn) Unread() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, c.opError("read", net.ErrClosed)
	}
	return c.in.unread(), nil
}

// Unacked returns how many written bytes have not arrived: none, except during a partition.
func (c *Conn) Unacked() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, c.opError("write", net.ErrClosed)
	}
	return c.peer.in.wrote - c.peer.in.arrived, nil
}

// Acked returns a channel that is closed when Unacked falls, or the connection ends.
func (c *Conn) Acked() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ackSig == nil {
		c.ackSig = make(chan struct{})
	}
	return c.ackSig
}

var errPeerGone = errors.New("the peer has closed the connection")

// PeerUnread returns how many written bytes the other end has not read. If it never
// will, the error says so.
func (c *Conn) PeerUnread() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.peer.in.wrote - c.peer.in.read
	switch {
	case c.closed:
		return 0, c.opError("write", net.ErrClosed)
	case n > 0 && (c.reset || c.peer.closed):
		return n, errPeerGone
	}
	return n, nil
}

// PeerRead returns a channel that is closed when the other end reads something, or ends.
func (c *Conn) PeerRead() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.peer.readSig == nil {
		c.peer.readSig = make(chan struct{})
	}
	return c.peer.readSig
}

// WriteWaits reports whether a Write is waiting for room in the peer's window.
func (c *Conn) WriteWaits() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wants > 0
}

// WasReset returns a channel that is closed once the other end's RST has arrived. What arrived before it can still be
// read.
func (c *Conn) WasReset() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rstSig == nil {
		c.rstSig = make(chan struct{})
		if c.gotRST {
			close(c.rstSig)
		}
	}
	return c.rstSig
}
