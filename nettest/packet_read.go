package nettest

import (
	"net"
	"net/netip"
	"os"
)

// msgTrunc is Linux' MSG_TRUNC.
const msgTrunc = 0x20

// Read reads a datagram. What does not fit into b is lost.
func (c *PacketConn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, c.checkOpen()
	}
	n, _, _, err := c.receive(b, "read")
	return n, err
}

// checkOpen is for a Read of nothing, which takes no datagram.
func (c *PacketConn) checkOpen() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.opError("read", c.RemoteAddr(), net.ErrClosed)
	}
	return nil
}

// ReadFrom reads a datagram and returns its sender, a *net.UDPAddr. What does not fit
// into b is lost.
func (c *PacketConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, _, from, err := c.receive(b, "recvfrom")
	if err != nil {
		return 0, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// ReadFromUDPAddrPort is ReadFrom without an allocation. A socket of both IP versions has IPv4's
// addresses within IPv6's, as the kernel's has: see [netip.Addr.Unmap].
func (c *PacketConn) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	n, _, from, err := c.receive(b, "recvfrom")
	return n, from, err
}

// ReadMsgUDPAddrPort is ReadFrom that tells, by Linux' MSG_TRUNC (0x20) in flags, that something
// was lost. There is never anything out of band. With an error, n is what package net has: -1, what the system
// call returned, or 0 if none was made; and addr is unspecified, and not zero.
func (c *PacketConn) ReadMsgUDPAddrPort(b, oob []byte) (n, oobn, flags int, addr netip.AddrPort, err error) {
	n, size, from, err := c.receive(b, "recvmsg")
	if err != nil {
		return size, 0, 0, netip.AddrPortFrom(c.unspecified(), 0), err
	}
	if size > n {
		flags = msgTrunc
	}
	return n, 0, flags, from, err
}

// unspecified returns no address of the socket's IP version.
func (c *PacketConn) unspecified() netip.Addr {
	if c.from.Addr().Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// receive takes a datagram, whose length is size. With an error, size is what a system call would return.
func (c *PacketConn) receive(b []byte, call string) (n, size int, from netip.AddrPort, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			err = net.ErrClosed
		case c.readBy.passed():
			err = os.ErrDeadlineExceeded
		case c.errno != 0:
			size, err = -1, c.takeErrno(call)
		case c.queue.count > 0:
			n, size, from = c.queue.take(b)
			return n, size, c.seen(from), nil
		default:
			size = -1
			c.readable.Wait()
			continue
		}
		return 0, size, from, c.opError("read", c.RemoteAddr(), err)
	}
}

// seen returns a sender's address as this socket has it.
func (c *PacketConn) seen(from netip.AddrPort) netip.AddrPort {
	if c.from.Addr().Is4() {
		return from
	}
	return mapped(from)
}

// takeErrno returns what a datagram that was sent before has met with. It is told once.
func (c *PacketConn) takeErrno(call string) error {
	errno := c.errno
	c.errno = 0
	return sysErr(call, errno)
}
