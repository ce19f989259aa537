package nettest

import (
	"net"
	"net/netip"
	"strings"
)

// familyOf returns "tcp" or "udp".
func familyOf(network string) (string, error) {
	switch network {
	case "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6":
		return network[:3], nil
	}
	return "", net.UnknownNetworkError(network)
}

// fits reports whether ip, if it is valid, may be used with a network that names an IP version,
// or none.
func fits(network string, ip netip.Addr) bool {
	return !ip.IsValid() || !strings.HasSuffix(network, "4") && !strings.HasSuffix(network, "6") ||
		ip.Is4() == strings.HasSuffix(network, "4")
}

// netAddr returns ap as package net has it.
func netAddr(family string, ap netip.AddrPort) net.Addr {
	if family == "udp" {
		return net.UDPAddrFromAddrPort(ap)
	}
	return net.TCPAddrFromAddrPort(ap)
}

// all returns what stands for all addresses that a network has: [::] for those of both versions.
func all(network string) netip.Addr {
	if fits(network, netip.IPv6Unspecified()) {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// mapped returns ap as a socket of both versions has it: an IPv4 address within IPv6.
func mapped(ap netip.AddrPort) netip.AddrPort {
	if !ap.Addr().Is4() {
		return ap
	}
	return netip.AddrPortFrom(netip.AddrFrom16(ap.Addr().As16()), ap.Port())
}

// loopback returns the loopback address of ip's version, or ip if it is one.
func loopback(ip netip.Addr) netip.Addr {
	switch {
	case ip.IsLoopback():
		return ip
	case ip.Is4():
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}
