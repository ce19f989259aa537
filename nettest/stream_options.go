package nettest

import (
	"net"
	"time"
)

// MultipathTCP reports that it is not used.
func (c *Conn) MultipathTCP() (bool, error) { return false, nil }

// SetNoDelay does nothing: what is written has arrived at once.
func (c *Conn) SetNoDelay(bool) error { return c.set(c.local, c.remote, func() {}) }

// SetKeepAlive does nothing: a connection that idles is never given up.
func (c *Conn) SetKeepAlive(bool) error { return c.set(c.local, c.remote, func() {}) }

// SetKeepAlivePeriod does nothing, as SetKeepAlive.
func (c *Conn) SetKeepAlivePeriod(time.Duration) error {
	return c.set(c.local, c.remote, func() {})
}

// SetKeepAliveConfig does nothing, as SetKeepAlive.
func (c *Conn) SetKeepAliveConfig(net.KeepAliveConfig) error {
	return c.set(c.local, c.remote, func() {})
}

// SetWriteBuffer does nothing: the peer's window is the only buffer.
func (c *Conn) SetWriteBuffer(int) error { return c.set(nil, c.local, func() {}) }
