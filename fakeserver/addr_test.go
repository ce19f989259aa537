package fakeserver

import (
	"net"
	"testing"
)

// The record has the words for an address that package net has.
func TestAddrStringIsThatOfPackageNet(t *testing.T) {
	for _, a := range []net.Addr{
		&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80},
		&net.TCPAddr{IP: net.IP{127, 0, 0, 1}, Port: 80},
		&net.UDPAddr{IP: net.IPv6loopback, Port: 53},
		&net.TCPAddr{IP: net.ParseIP("2001:db8:0:0:1::"), Port: 65535},
		&net.TCPAddr{IP: net.ParseIP("fe80::1"), Port: 80, Zone: "eth0"},
		&net.TCPAddr{IP: net.IPv6zero, Port: 0},
		&net.TCPAddr{Port: 80},
		&net.UnixAddr{Name: "/tmp/s", Net: "unix"},
	} {
		if got, want := addrString(a), a.String(); got != want {
			t.Errorf("addrString(%#v) = %q, want %q", a, got, want)
		}
	}
	if got := addrString(nil); got != "" {
		t.Errorf("addrString(nil) = %q, want none", got)
	}
}

// Two addresses are the same if nothing can tell them apart but how they are kept.
func TestSameAddr(t *testing.T) {
	at := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}
	for _, tt := range []struct {
		a, b net.Addr
		want bool
	}{
		{at, &net.TCPAddr{IP: net.IP{127, 0, 0, 1}, Port: 80}, true},
		{at, &net.TCPAddr{IP: net.IP{127, 0, 0, 1}, Port: 81}, false},
		{at, &net.TCPAddr{IP: net.IP{127, 0, 0, 2}, Port: 80}, false},
		{at, &net.UDPAddr{IP: net.IP{127, 0, 0, 1}, Port: 80}, false},
		{at, nil, false},
		{nil, nil, false},
		{&net.UnixAddr{Name: "s", Net: "unix"}, &net.UnixAddr{Name: "s", Net: "unix"}, true},
		{&net.UnixAddr{Name: "s", Net: "unix"}, &net.UnixAddr{Name: "t", Net: "unix"}, false},
	} {
		if got := sameAddr(tt.a, tt.b); got != tt.want {
			t.Errorf("sameAddr(%v, %v) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}
