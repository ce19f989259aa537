package nettest

import (
	"net"
	"net/netip"
	"os"
	"syscall"
)

// The most that a datagram holds: what IP's and UDP's 16 bits of length leave.
const (
	maxPacket4 = 65507
	maxPacket6 = 65527
)

// Write sends a datagram to the peer of a connected socket.
func (c *PacketConn) Write(b []byte) (int, error) {
	if err := c.send(b, c.to, "write"); err != nil {
		return 0, c.opError("write", c.RemoteAddr(), err)
	}
	return len(b), nil
}

// WriteTo sends a datagram to addr, a *net.UDPAddr. It is never told that nobody is there. One of
// over 65,507 bytes gives EMSGSIZE; on a connected socket, any gives net.ErrWriteToConnected. An
// address without an IP is the own host's.
func (c *PacketConn) WriteTo(b []byte, addr net.Addr) (int, error) {
	udp, ok := addr.(*net.UDPAddr)
	if !ok {
		return 0, c.opError("write", addr, syscall.EINVAL)
	}
	if udp == nil {
		return 0, c.opError("write", nil, c.sendTo(b, netip.AddrPort{}, "sendto"))
	}
	to, err := c.destination(udp)
	if err == nil {
		err = c.sendTo(b, to, "sendto")
	}
	if err != nil {
		return 0, c.opError("write", addr, err)
	}
	return len(b), nil
}

// destination returns addr as an AddrPort. A port that there can't be is 0: nothing can be sent
// there, either.
func (c *PacketConn) destination(addr *net.UDPAddr) (netip.AddrPort, error) {
	port := uint16(addr.Port)
	if int(port) != addr.Port {
		port = 0
	}
	ip, ok := netip.AddrFromSlice(addr.IP)
	switch {
	case c.to.IsValid(): // it is refused anyway, whatever it is
		return c.to, nil
	case len(addr.IP) == 0, addr.IP.Equal(net.IPv4zero):
		ip = netip.IPv4Unspecified()
		if c.from.Addr().Is6() {
			ip = netip.IPv6Unspecified()
		}
	case !ok && c.from.Addr().Is6():
		return netip.AddrPort{}, &net.AddrError{Err: "non-IPv6 address", Addr: addr.IP.String()}
	case !ok:
		return netip.AddrPort{}, &net.AddrError{Err: "non-IPv4 address", Addr: addr.IP.String()}
	}
	return netip.AddrPortFrom(ip.WithZone(addr.Zone), port), nil
}

// WriteToUDPAddrPort is WriteTo without an allocation.
func (c *PacketConn) WriteToUDPAddrPort(b []byte, addr netip.AddrPort) (int, error) {
	if err := c.sendTo(b, addr, "sendto"); err != nil {
		return 0, c.opError("write", udpAddrPort{addr}, err)
	}
	return len(b), nil
}

func (c *PacketConn) sendTo(b []byte, to netip.AddrPort, call string) error {
	if c.to.IsValid() {
		return net.ErrWriteToConnected
	}
	if !to.IsValid() {
		return errMissingAddress
	}
	to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	if c.from.Addr().Is4() && !to.Addr().Is4() {
		return &net.AddrError{Err: "non-IPv4 address", Addr: to.Addr().String()}
	}
	return c.send(b, to, call)
}

// send sends a datagram, or finds out why it can't leave.
func (c *PacketConn) send(b []byte, to netip.AddrPort, call string) error {
	if err := c.mayLeave(len(b), to, call); err != nil {
		return err
	}
	if to.Addr().IsUnspecified() {
		to = netip.AddrPortFrom(loopback(to.Addr()), to.Port())
	}
	ip, ok := c.host.source(to.Addr())
	if !c.from.Addr().IsUnspecified() {
		ip, ok = c.from.Addr(), c.from.Addr().Is4() == to.Addr().Is4()
	}
	switch {
	case !ok, !fits(c.network, to.Addr()):
		return sysErr(call, syscall.ENETUNREACH)
	case to.Port() == 0 && !c.to.IsValid():
		return sysErr(call, syscall.EINVAL)
	}
	return c.transmit(b, netip.AddrPortFrom(ip, c.from.Port()), to, call)
}

// mayLeave returns why a datagram can't be sent, in the order in which Linux looks at it.
func (c *PacketConn) mayLeave(size int, to netip.AddrPort, call string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return net.ErrClosed
	case c.writeBy.passed():
		return os.ErrDeadlineExceeded
	case !to.IsValid():
		return sysErr(call, syscall.EDESTADDRREQ)
	case size > maxPacket6, size > maxPacket4 && to.Addr().Is4():
		return sysErr(call, syscall.EMSGSIZE)
	case c.errno != 0:
		return c.takeErrno(call)
	}
	return nil
}

// transmit puts a datagram into the queue of whoever it is for.
func (c *PacketConn) transmit(b []byte, from, to netip.AddrPort, call string) error {
	n := c.host.network
	n.mu.Lock()
	peer := n.ownerLocked(to.Addr())
	if peer == nil {
		n.mu.Unlock()
		return sysErr(call, syscall.EHOSTUNREACH)
	}
	cut, answers := n.wayLocked(c.host, peer).isCut(), !n.wayLocked(peer, c.host).isCut()
	target := peer.packets.find(to)
	n.mu.Unlock()
	if cut {
		return nil
	}
	if (target == nil || !target.take(b, from)) && answers {
		c.unreachable()
	}
	return nil
}

// take queues a datagram. It reports whether it is for this socket.
func (c *PacketConn) take(b []byte, from netip.AddrPort) bool {
	if c.to.IsValid() && c.to != from {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.queue.put(from, b)
	c.readable.Broadcast()
	return true
}

// unreachable is what "port unreachable" does: only a connected socket hears of it.
func (c *PacketConn) unreachable() {
	if !c.to.IsValid() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errno = syscall.ECONNREFUSED
	c.readable.Broadcast()
}
