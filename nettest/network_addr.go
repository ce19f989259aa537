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

// fits reports whether an address of ip's version may be used with network. An ip that is
// not valid fits every network, and a network that names no version fits every ip.
func fits(network string, ip netip.Addr) bool {
	return !ip.IsValid() || !strings.HasSuffix(network, "4") && !strings.HasSuffix(network, "6") ||
		ip.Is4() == strings.HasSuffix(network, "4")
}

// netAddr returns ap as package net's type for the family.
func netAddr(family string, ap netip.AddrPort) net.Addr {
	if family == "udp" {
		return net.UDPAddrFromAddrPort(ap)
	}
	return net.TCPAddrFromAddrPort(ap)
}

// unspecified returns the address that stands for all that fit network: [::] for those of
// both versions.
func unspecified(network string) netip.Addr {
	if fits(network, netip.IPv6Unspecified()) {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// mapped returns ap as a socket of both versions has it: with IPv4 mapped into IPv6.
func mapped(ap netip.AddrPort) netip.AddrPort {
	if !ap.Addr().Is4() {
		return ap
	}
	return netip.AddrPortFrom(netip.AddrFrom16(ap.Addr().As16()), ap.Port())
}

// loopback returns ip if it is a loopback address, or else the usual one of its version.
func loopback(ip netip.Addr) netip.Addr {
	switch {
	case ip.IsLoopback():
		return ip
	case ip.Is4():
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}
