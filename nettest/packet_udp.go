package nettest

import (
	"net"
	"net/netip"
)

// ReadFromUDP is ReadFrom with another type for the sender's address.
func (c *PacketConn) ReadFromUDP(b []byte) (int, *net.UDPAddr, error) {
	n, _, from, _, err := c.receive(b, "recvfrom")
	if err != nil {
		return n, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// WriteToUDP is WriteTo with another type for the address.
func (c *PacketConn) WriteToUDP(b []byte, addr *net.UDPAddr) (int, error) { return c.WriteTo(b, addr) }

// ReadMsgUDP is ReadMsgUDPAddrPort with another type for the sender's address.
func (c *PacketConn) ReadMsgUDP(b, oob []byte) (n, oobn, flags int, addr *net.UDPAddr, err error) {
	n, oobn, flags, from, err := c.ReadMsgUDPAddrPort(b, oob)
	return n, oobn, flags, net.UDPAddrFromAddrPort(from), err
}

// WriteMsgUDP is WriteTo, or Write if the socket is connected and addr is nil. It ignores
// out-of-band data.
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

// WriteMsgUDPAddrPort is WriteMsgUDP with another type for the address, which may be zero.
func (c *PacketConn) WriteMsgUDPAddrPort(b, oob []byte, addr netip.AddrPort) (n, oobn int, err error) {
	if err = c.sendMsg(b, addr); err != nil {
		return 0, 0, c.opError("write", udpAddrPort{addr}, err)
	}
	return len(b), len(oob), nil
}
