package fakeserver

import (
	"net"
	"net/netip"
)

// addrString returns a as text. An IP address is written by net/netip, which has the same
// words for it as package net, and takes less memory for them.
func addrString(a net.Addr) string {
	if ap := addrPortOf(a); ap.IsValid() {
		return ap.String()
	}
	if a == nil {
		return ""
	}
	return a.String()
}

// dialString returns a as text that a client can dial.
func dialString(a net.Addr) string {
	if ap := dialable(addrPortOf(a)); ap.IsValid() {
		return ap.String()
	}
	return addrString(a)
}

func sameAddr(a, b net.Addr) bool {
	if a == nil || b == nil || a.Network() != b.Network() {
		return false
	}
	if ap := addrPortOf(a); ap.IsValid() {
		return ap == addrPortOf(b)
	}
	return a.String() == b.String()
}

// addrPortOf returns a's IP address and port, or zero.
func addrPortOf(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	switch a := a.(type) {
	case *net.TCPAddr:
		ap = a.AddrPort()
	case *net.UDPAddr:
		ap = a.AddrPort()
	default:
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// dialable turns the address of a socket bound to all addresses into one that a
// client can dial.
func dialable(a netip.AddrPort) netip.AddrPort {
	switch a.Addr() {
	case netip.IPv4Unspecified():
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), a.Port())
	case netip.IPv6Unspecified():
		return netip.AddrPortFrom(netip.IPv6Loopback(), a.Port())
	}
	return a
}
