package kernel

import (
	"net"
	"net/netip"
	"testing"
)

// A guard is at the address where net.Listen would be, whatever words there are for it.
func TestResolveIsThatOfPackageNet(t *testing.T) {
	for _, address := range []string{
		"127.0.0.1:0", "127.0.0.1:00080", "[127.0.0.1]:80", "[::1]:80", "[::ffff:127.0.0.1]:80", "[fe80::1%lo]:80",
		":80", "0.0.0.0:80", "[::]:80", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:+80", "127.0.0.1", "::1:80", "",
	} {
		for _, network := range []string{"tcp", "tcp4", "tcp6", "udp", "udp4", "udp6"} {
			want, wantErr := resolveByNet(network, address)
			if got, err := resolve(network, address); unmap(got) != unmap(want) || (err == nil) != (wantErr == nil) {
				t.Errorf("resolve(%q, %q) = %v, %v, want %v, %v", network, address, got, err, want, wantErr)
			}
		}
	}
}

// unmap takes an IPv4 address out of the 16 bytes in which package net keeps some.
func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

func resolveByNet(network, address string) (netip.AddrPort, error) {
	if network[:3] == "udp" {
		a, err := net.ResolveUDPAddr(network, address)
		return a.AddrPort(), err
	}
	a, err := net.ResolveTCPAddr(network, address)
	return a.AddrPort(), err
}
