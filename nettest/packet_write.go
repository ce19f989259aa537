package nettest

import (
	"net"
	"net/netip"
	"syscall"
)

// Write sends a datagram to the peer of a connected socket.
func (c *PacketConn) Write(b []byte) (int, error) {
	if err := c.send(b, c.to, "write"); err != nil {
		return 0, c.opError("write", c.RemoteAddr(), err)
	}
	return len(b), nil
}

// WriteTo sends a datagram to addr, a *net.UDPAddr. It never learns that nothing listens there.
// More than 65,507 bytes give EMSGSIZE; on a connected socket, it returns net.ErrWriteToConnected.
// An address without an IP is one of the socket's own host.
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
	case c.to.IsValid(): // sendTo refuses it, whatever it is
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

// impossiblePort returns the error of sending to a port that can't exist. What package net checks before it
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

// sendMsg sends a datagram to an address, or to the peer of a connected socket if to is zero.
func (c *PacketConn) sendMsg(b []byte, to netip.AddrPort) error {
	if c.to.IsValid() && !to.IsValid() {
		return c.send(b, c.to, "sendmsg")
	}
	return c.sendTo(b, to, "sendmsg")
}

// A udpAddrPort is an address in an error. It need not be valid.
type udpAddrPort struct{ netip.AddrPort }

// Network returns "udp".
func (udpAddrPort) Network() string { return "udp" }

func (c *PacketConn) checkFamily(to netip.AddrPort) error {
	if c.from.Addr().Is4() && !to.Addr().Unmap().Is4() {
		return &net.AddrError{Err: "non-IPv4 address", Addr: to.Addr().String()}
	}
	return nil
}
