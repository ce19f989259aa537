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
	maxLength  = 65535
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
	to, err := c.destination(udp, "sendto")
	if err == nil {
		err = c.sendTo(b, to, "sendto")
	}
	if err != nil {
		return 0, c.opError("write", addr, err)
	}
	return len(b), nil
}

// destination returns addr as an AddrPort.
func (c *PacketConn) destination(addr *net.UDPAddr, call string) (netip.AddrPort, error) {
	ip, ok := netip.AddrFromSlice(addr.IP)
	switch {
	case c.to.IsValid(): // it is refused anyway, whatever it is
		return c.to, nil
	case len(addr.IP) == 0, addr.IP.Equal(net.IPv4zero):
		ip = c.unspecified()
	case !ok && c.from.Addr().Is6():
		return netip.AddrPort{}, &net.AddrError{Err: "non-IPv6 address", Addr: addr.IP.String()}
	case !ok:
		return netip.AddrPort{}, &net.AddrError{Err: "non-IPv4 address", Addr: addr.IP.String()}
	}
	to := netip.AddrPortFrom(ip.WithZone(addr.Zone), uint16(addr.Port))
	if int(to.Port()) != addr.Port {
		return netip.AddrPort{}, c.impossiblePort(to, call)
	}
	return to, nil
}

// impossiblePort returns the error of sending to a port that there can't be: what comes before package net
// makes the system call comes first.
func (c *PacketConn) impossiblePort(to netip.AddrPort, call string) error {
	if err := c.checkFamily(to); err != nil {
		return err
	}
	if err := c.mayWrite(); err != nil {
		return err
	}
	return sysErr(call, syscall.EINVAL)
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
	if err := c.checkFamily(to); err != nil {
		return err
	}
	return c.send(b, to, call)
}

func (c *PacketConn) checkFamily(to netip.AddrPort) error {
	if c.from.Addr().Is4() && !to.Addr().Unmap().Is4() {
		return &net.AddrError{Err: "non-IPv4 address", Addr: to.Addr().String()}
	}
	return nil
}

// send sends a datagram, or finds out why it can't leave.
func (c *PacketConn) send(b []byte, to netip.AddrPort, call string) error {
	if err := c.mayWrite(); err != nil {
		return err
	}
	if errno := c.refusal(len(b), to); errno != 0 {
		return sysErr(call, errno)
	}
	if err := c.heard(call); err != nil {
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

// heard returns what a datagram that was sent before has met with.
func (c *PacketConn) heard(call string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.errno != 0 {
		return c.takeErrno(call)
	}
	return nil
}

// refusal returns why a datagram can't be sent, in the order in which Linux looks at it (udp_sendmsg and
// udpv6_sendmsg), or 0.
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

// source returns the address that the socket sends from.
func (c *PacketConn) source(to netip.Addr) (netip.Addr, bool) {
	if !c.from.Addr().IsUnspecified() {
		return c.from.Addr(), c.from.Addr().Is4() == to.Is4()
	}
	return c.host.source(to)
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
	if (target == nil || !target.take(b, from, c.socket)) && answers {
		c.unreachable()
	}
	return nil
}

// take queues a datagram. It reports whether it is for this socket.
func (c *PacketConn) take(b []byte, from netip.AddrPort, socket uint64) bool {
	if c.to.IsValid() && c.to != from {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.queue.put(from, socket, b)
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
