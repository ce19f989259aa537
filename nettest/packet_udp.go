package nettest

import (
	"net"
	"net/netip"
)

// ReadFromUDP is ReadFrom, with the type of the sender's address.
func (c *PacketConn) ReadFromUDP(b []byte) (int, *net.UDPAddr, error) {
	n, _, from, _, err := c.receive(b, "recvfrom")
	if err != nil {
		return n, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// WriteToUDP is WriteTo, with the type of the address.
func (c *PacketConn) WriteToUDP(b []byte, addr *net.UDPAddr) (int, error) { return c.WriteTo(b, addr) }

// ReadMsgUDP is ReadMsgUDPAddrPort, with the other type of the sender's address.
func (c *PacketConn) ReadMsgUDP(b, oob []byte) (n, oobn, flags int, addr *net.UDPAddr, err error) {
	n, oobn, flags, from, err := c.ReadMsgUDPAddrPort(b, oob)
	return n, oobn, flags, net.UDPAddrFromAddrPort(from), err
}

// WriteMsgUDP is WriteTo; on a connected socket, and with no addr, it is Write. What is out of
// band is not looked at.
func (c *PacketConn) WriteMsgUDP(b, oob []byte, addr *net.UDPAddr) (n, oobn int, err error) {
	if addr == nil {
		if err = c.sendMsg(b, netip.AddrPort{}); err != nil {
			return 0, 0, c.opError("write", nil, err)
		}
		return len(b), len(oob), nil
	}
	to, err := c.destination(addr, "sendmsg")
	if err == nil {
		err = c.sendMsg(b, to)
	}
	if err != nil {
		return 0, 0, c.opError("write", addr, err)
	}
	return len(b), len(oob), nil
}

// WriteMsgUDPAddrPort is WriteMsgUDP with the other type of address, which may be zero.
func (c *PacketConn) WriteMsgUDPAddrPort(b, oob []byte, addr netip.AddrPort) (n, oobn int, err error) {
	if err = c.sendMsg(b, addr); err != nil {
		return 0, 0, c.opError("write", udpAddrPort{addr}, err)
	}
	return len(b), len(oob), nil
}

// sendMsg sends a datagram to an address, or, without one, to the peer of a connected socket.
func (c *PacketConn) sendMsg(b []byte, to netip.AddrPort) error {
	if c.to.IsValid() && !to.IsValid() {
		return c.send(b, c.to, "sendmsg")
	}
	return c.sendTo(b, to, "sendmsg")
}

// A udpAddrPort is an address in an error, which may not be valid.
type udpAddrPort struct{ netip.AddrPort }

// Network returns "udp".
func (udpAddrPort) Network() string { return "udp" }
