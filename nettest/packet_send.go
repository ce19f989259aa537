package nettest

import (
	"net"
	"net/netip"
	"os"
	"syscall"
)

// How long a datagram can be: what the 16 bits of length in the headers of IP and UDP leave.
const (
	maxPacket4 = 65507
	maxPacket6 = 65527
	maxLength  = 65535
)

// send sends a datagram, or returns why it can't be sent.
func (c *PacketConn) send(b []byte, to netip.AddrPort, call string) error {
	if err := c.mayWrite(); err != nil {
		return err
	}
	if errno := c.refusal(len(b), to); errno != 0 {
		return sysErr(call, errno)
	}
	if err := c.learned(call); err != nil {
		return err
	}
	if to.Addr().IsUnspecified() {
		to = netip.AddrPortFrom(loopback(to.Addr()), to.Port())
	}
	ip, _ := c.source(to.Addr())
	return c.transmit(b, netip.AddrPortFrom(ip, c.from.Port()), to, call)
}

func (c *PacketConn) mayWrite() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return net.ErrClosed
	case c.writeBy.passed():
		return os.ErrDeadlineExceeded
	}
	return nil
}

// learned returns what the socket has learned of an earlier datagram.
func (c *PacketConn) learned(call string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.errno != 0 {
		return c.takeErrno(call)
	}
	return nil
}

// refusal returns why a datagram can't be sent, or 0. Linux checks in the same order (udp_sendmsg and
// udpv6_sendmsg).
func (c *PacketConn) refusal(size int, to netip.AddrPort) syscall.Errno {
	_, ok := c.source(to.Addr())
	is4 := c.from.Addr().Is4() || to.Addr().Is4()
	switch {
	case !fits(c.network, to.Addr()), !ok && to.Addr().Is4(): // the socket is for IPv6 only
		return syscall.ENETUNREACH
	case is4 && size > maxLength:
		return syscall.EMSGSIZE
	case !to.IsValid():
		return syscall.EDESTADDRREQ
	case to.Port() == 0 && !c.to.IsValid():
		return syscall.EINVAL
	case !ok:
		return syscall.ENETUNREACH
	case is4 && size > maxPacket4, size > maxPacket6:
		return syscall.EMSGSIZE
	}
	return 0
}

// source returns the address that the socket sends from, if it has one of the same version.
func (c *PacketConn) source(to netip.Addr) (netip.Addr, bool) {
	if !c.from.Addr().IsUnspecified() {
		return c.from.Addr(), c.from.Addr().Is4() == to.Is4()
	}
	return c.host.source(to)
}

// transmit puts a datagram into the queue of the socket that it is for.
func (c *PacketConn) transmit(b []byte, from, to netip.AddrPort, call string) error {
	n := c.host.network
	n.mu.Lock()
	peer := n.ownerLocked(to.Addr())
	if peer == nil {
		n.mu.Unlock()
		return sysErr(call, syscall.EHOSTUNREACH)
	}
	cut, answers := c.host.wayLocked(peer).isCut(), !peer.wayLocked(c.host).isCut()
	target := peer.packets.find(to)
	n.mu.Unlock()
	if cut {
		return nil
	}
	if (target == nil || !target.enqueue(b, from, c.socket)) && answers {
		c.unreachable()
	}
	return nil
}

// enqueue queues a datagram. It reports whether that is for this socket.
func (c *PacketConn) enqueue(b []byte, from netip.AddrPort, socket uint64) bool {
	if c.to.IsValid() && c.to != from {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.queue.push(from, socket, b)
	c.readable.Broadcast()
	return true
}

// unreachable does what ICMP's "port unreachable" does: only a connected socket learns of it.
func (c *PacketConn) unreachable() {
	if !c.to.IsValid() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errno = syscall.ECONNREFUSED
	c.readable.Broadcast()
}
