package process

import (
	"net"
	"net/netip"
	"testing"
)

func addrPort(a net.Addr) netip.AddrPort { return a.(*net.TCPAddr).AddrPort() }

// A connection within this process has both of its ends here. An end has no peer any more once both have ended.
func TestStreamsAreTheEndsOfConnections(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	want := func(when string, count int, local, remote netip.AddrPort) {
		t.Helper()
		got, err := Streams(func(l, r netip.AddrPort) bool { return l == local && r == remote })
		if len(got) != count || err != nil {
			t.Errorf("%s: descriptors %v, %v at %v -> %v, want %d", when, got, err, local, remote, count)
		}
	}
	want("connected", 1, addrPort(client.LocalAddr()), addrPort(ln.Addr()))
	want("connected", 1, addrPort(ln.Addr()), addrPort(client.LocalAddr()))
	want("listening", 0, addrPort(ln.Addr()), netip.AddrPort{})

	server.(*net.TCPConn).SetLinger(0)
	server.Close()
	client.Read(make([]byte, 1)) // hears of it
	want("reset", 1, addrPort(client.LocalAddr()), netip.AddrPort{})
	want("closed", 0, addrPort(ln.Addr()), addrPort(client.LocalAddr()))
}
