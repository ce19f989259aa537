package nettest

import (
	"net"
	"net/netip"
	"os"
)

// msgTrunc is Linux's MSG_TRUNC.
const msgTrunc = 0x20

// Read reads a datagram. What does not fit into b is lost.
func (c *PacketConn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, c.checkOpen()
	}
	n, _, _, _, err := c.receive(b, "read")
	return n, err
}

// checkOpen is for a Read of nothing, which leaves the datagrams in the queue.
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
	n, from, _, err := c.ReadFromSocket(b)
	return n, from, err
}

// ReadFromSocket is ReadFrom that also returns which socket sent the datagram: its number on
// the network, which differs from that of a later socket with the same address. A fake server
// tells its peers apart by it.
func (c *PacketConn) ReadFromSocket(b []byte) (n int, addr net.Addr, socket uint64, err error) {
	n, _, from, socket, err := c.receive(b, "recvfrom")
	if err != nil {
		return 0, nil, 0, err
	}
	return n, net.UDPAddrFromAddrPort(from), socket, nil
}

// ReadFromUDPAddrPort is ReadFrom without an allocation. A socket of both IP versions returns
// IPv4 addresses mapped into IPv6, as the kernel's does: see [netip.Addr.Unmap].
func (c *PacketConn) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	n, _, from, _, err := c.receive(b, "recvfrom")
	return n, from, err
}

// ReadMsgUDPAddrPort is ReadFrom that also says, with Linux's MSG_TRUNC (0x20) in flags, that part
// of the datagram was lost. There is never out-of-band data. With an error, n is as in package net: -1, which the
// system call returned, or 0 if there was no system call; and addr is unspecified, not zero.
func (c *PacketConn) ReadMsgUDPAddrPort(b, oob []byte) (n, oobn, flags int, addr netip.AddrPort, err error) {
	n, size, from, _, err := c.receive(b, "recvmsg")
	if err != nil {
		return size, 0, 0, netip.AddrPortFrom(c.unspecified(), 0), err
	}
	if size > n {
		flags = msgTrunc
	}
	return n, 0, flags, from, err
}

// unspecified returns the unspecified address of the socket's IP version.
func (c *PacketConn) unspecified() netip.Addr {
	if c.from.Addr().Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}

// receive returns a datagram of which n bytes fit into b. With an error, size is what a system call would return.
func (c *PacketConn) receive(b []byte, call string) (n, size int, from netip.AddrPort, socket uint64, err error) {
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
			n, size, from, socket = c.queue.pop(b)
			return n, size, c.seen(from), socket, nil
		default:
			size = -1
			c.readable.Wait()
			continue
		}
		return 0, size, from, 0, c.opError("read", c.RemoteAddr(), err)
	}
}

// seen returns a sender's address as this socket reports it.
func (c *PacketConn) seen(from netip.AddrPort) netip.AddrPort {
	if c.from.Addr().Is4() {
		return from
	}
	return mapped(from)
}

// takeErrno returns what became of an earlier datagram. It is reported once.
func (c *PacketConn) takeErrno(call string) error {
	errno := c.errno
	c.errno = 0
	return sysErr(call, errno)
}
