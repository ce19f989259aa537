package kernel

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

// serverOf is a UDP server with its PeerSockets.
func serverOf(t *testing.T, network, address string) (net.PacketConn, *PeerSockets) {
	t.Helper()
	pc := listenUDP(t, network, address, nil)
	s, err := NewPeerSockets(pc)
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return pc, s
}

func cookieOf(t *testing.T, s *PeerSockets, ap netip.AddrPort) uint64 {
	t.Helper()
	c, err := s.Cookie(ap)
	must(t, err)
	return c
}

func TestPeerSocketsTellsSocketsOfOneAddressApart(t *testing.T) {
	for _, host := range reachable("127.0.0.1", "::1") {
		t.Run(host, func(t *testing.T) {
			pc, s := serverOf(t, "udp", net.JoinHostPort(host, "0"))
			at := net.UDPAddrFromAddrPort(netip.MustParseAddrPort(net.JoinHostPort(host, "0")))
			seen := map[uint64]bool{}
			for range 50 {
				c, err := net.DialUDP("udp", at, pc.LocalAddr().(*net.UDPAddr))
				must(t, err)
				at = c.LocalAddr().(*net.UDPAddr) // the next one has the same
				cookie := cookieOf(t, s, at.AddrPort())
				if seen[cookie] || cookieOf(t, s, at.AddrPort()) != cookie {
					t.Fatalf("cookie %d, of a new socket, which has to be its own and to stay", cookie)
				}
				seen[cookie] = true
				must(t, c.Close())
				_, err = s.Cookie(at.AddrPort())
				wantError(t, "Cookie of a closed socket", err, ErrPeerGone)
			}
		})
	}
}

func TestPeerSocketsFindsEveryKindOfClient(t *testing.T) {
	pc, s := serverOf(t, "udp", "127.0.0.1:0")
	for _, bind := range []string{"127.0.0.1:0", "0.0.0.0:0", ":0"} { // the last one for both IP versions
		client := listenUDP(t, "udp", bind, nil)
		port := client.LocalAddr().(*net.UDPAddr).AddrPort().Port()
		if cookieOf(t, s, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)) == 0 {
			t.Errorf("a socket bound to %s has no cookie", bind)
		}
	}
	elsewhere := dial(t, "udp", listenUDP(t, "udp", "127.0.0.1:0", nil).LocalAddr().String())
	_, err := s.Cookie(elsewhere.LocalAddr().(*net.UDPAddr).AddrPort())
	wantError(t, "Cookie of a socket that is connected to another", err, ErrPeerGone)
	_, err = s.Cookie(netip.MustParseAddrPort("192.0.2.1:9"))
	wantError(t, "Cookie of another host's", err, errors.ErrUnsupported)
	must(t, s.Close())
	must(t, s.Close())
	_, err = s.Cookie(pc.LocalAddr().(*net.UDPAddr).AddrPort())
	wantError(t, "Cookie after Close", err, net.ErrClosed)
}

func TestPeerSocketsOfAServerOnAllAddresses(t *testing.T) {
	for _, network := range []string{"udp", "udp4"} {
		pc, s := serverOf(t, network, ":0")
		_, port, _ := net.SplitHostPort(pc.LocalAddr().String())
		client := dial(t, "udp", "127.0.0.1:"+port).LocalAddr().(*net.UDPAddr).AddrPort()
		cookieOf(t, s, client)
		_, err := s.Cookie(netip.AddrPortFrom(client.Addr(), 1))
		wantError(t, "Cookie where none is found", err, errors.ErrUnsupported)
	}
}

func TestPeerSocketsOfAConnectedSocket(t *testing.T) {
	client := listenUDP(t, "udp", "127.0.0.1:0", nil)
	server := dial(t, "udp", client.LocalAddr().String()).(*net.UDPConn)
	s, err := NewPeerSockets(server)
	must(t, err)
	defer s.Close()
	cookieOf(t, s, client.LocalAddr().(*net.UDPAddr).AddrPort())
}

// A server keeps its port by a guard, which must not be taken for it.
func TestPeerSocketsBesideAGuard(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", ":0"} {
		g, err := GuardUDP("udp", address)
		must(t, err)
		defer g.Close()
		pc, err := g.ListenPacket(t.Context(), net.ListenConfig{})
		must(t, err)
		defer pc.Close()
		s, err := NewPeerSockets(pc)
		must(t, err)
		s.Close()
	}
}

func BenchmarkPeerSockets(b *testing.B) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer pc.Close()
	s, err := NewPeerSockets(pc)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	c, err := net.Dial("udp", pc.LocalAddr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	at := c.LocalAddr().(*net.UDPAddr).AddrPort()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Cookie(at); err != nil {
			b.Fatal(err)
		}
	}
}
