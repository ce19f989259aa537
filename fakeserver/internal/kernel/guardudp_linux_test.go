package kernel

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"
)

func TestGuardUDPRefuses(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		g := test.udp(t)
		must(t, g.Shut())
		for range 50 {
			wantUDPRefused(t, g, test.hosts)
		}
	})
}

// wantUDPRefused sends one datagram, after which the next operation has to fail.
func wantUDPRefused(t *testing.T, g *Guard, hosts []string) {
	t.Helper()
	for _, host := range hosts {
		client := dial(t, "udp", at(g, host))
		write(t, client, 1)
		_, err := client.Read(make([]byte, 1))
		wantError(t, "Read of a refused client", err, syscall.ECONNREFUSED)
		must(t, client.Close())
	}
}

func TestGuardUDPTakesNothingFromTheServerBesideIt(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		g := test.udp(t)
		must(t, g.Shut())
		for range 8 {
			must(t, g.Open())
			server, err := listenBeside("udp"+test.suffix, g.AddrPort().String())
			must(t, err)
			must(t, NoReuseAddr(server))
			must(t, g.Shut())
			server.SetDeadline(time.Now().Add(patience))
			for _, host := range test.hosts {
				wantAnswered(t, server, at(g, host))
			}
			must(t, server.Close())
			wantUDPRefused(t, g, test.hosts)
		}
	})
}

// wantAnswered sends 100 datagrams from as many clients, and each gets an answer.
func wantAnswered(t *testing.T, server *net.UDPConn, address string) {
	t.Helper()
	for i := range 100 {
		client := dial(t, "udp", address)
		_, err := client.Write([]byte{byte(i)})
		must(t, err)
		buf := make([]byte, 2)
		n, from, err := server.ReadFromUDPAddrPort(buf)
		must(t, err)
		if n != 1 || buf[0] != byte(i) {
			t.Fatalf("server got %d bytes, %v, want datagram %d", n, buf, i)
		}
		_, err = server.WriteToUDPAddrPort(buf[:1], from)
		must(t, err)
		read(t, client, 1)
		must(t, client.Close())
	}
}

func TestAStrangerCantBindBesideAShutUDPGuard(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		g := test.udp(t)
		must(t, g.Shut())
		tries := append([]string{g.AddrPort().String()}, at(g, test.hosts[0]))
		for _, address := range tries {
			_, err := listenBeside("udp"+test.suffix, address)
			wantError(t, "a stranger's ListenPacket with SO_REUSEADDR while shut", err, syscall.EADDRINUSE)
		}
		must(t, g.Open())
		_, err := net.ListenPacket("udp"+test.suffix, g.AddrPort().String())
		wantError(t, "ListenPacket without SO_REUSEADDR while open", err, syscall.EADDRINUSE)
		server, err := listenBeside("udp"+test.suffix, g.AddrPort().String())
		must(t, err)
		defer server.Close()
		must(t, NoReuseAddr(server))
		_, err = listenBeside("udp"+test.suffix, g.AddrPort().String())
		wantError(t, "a stranger's ListenPacket beside ours after NoReuseAddr", err, syscall.EADDRINUSE)
	})
}

func TestAStrangerCanBindBesideAServerWithReuseAddr(t *testing.T) {
	g := everyGuard[0].udp(t)
	server, err := listenBeside("udp", g.AddrPort().String())
	must(t, err)
	defer server.Close()
	stranger, err := listenBeside("udp", g.AddrPort().String())
	must(t, err) // which shows what NoReuseAddr is for
	must(t, stranger.Close())
}

// TestAWildcardUDPGuardDoesNotKeepOtherAddresses pins the limit in GuardUDP's doc. 127.0.0.2 stands for any other address of this host.
func TestAWildcardUDPGuardDoesNotKeepOtherAddresses(t *testing.T) {
	g := everyGuard[2].udp(t)
	must(t, g.Shut())
	stranger, err := net.ListenPacket("udp", at(g, "127.0.0.2"))
	must(t, err)
	must(t, g.Open())
	_, err = listenBeside("udp", g.AddrPort().String())
	wantError(t, "our ListenPacket at the wildcard", err, syscall.EADDRINUSE)
	must(t, stranger.Close())
	server, err := listenBeside("udp", g.AddrPort().String())
	must(t, err)
	must(t, server.Close())
}

func TestGuardUDPOfAMulticastAddress(t *testing.T) {
	_, err := GuardUDP("udp", "224.0.0.251:0")
	wantError(t, "GuardUDP", err, errors.ErrUnsupported)
}

func TestGuardUDPOfALinkLocalAddress(t *testing.T) {
	host := linkLocal()
	if host == "" {
		t.Skip("this host has no link-local address")
	}
	g, err := GuardUDP("udp", net.JoinHostPort(host, "0"))
	must(t, err)
	defer g.Close()
	if g.AddrPort().Addr() != netip.MustParseAddr(host) {
		t.Fatalf("AddrPort = %v, want it at %v", g.AddrPort(), host)
	}
	wantUDPRefused(t, g, []string{host})
}

// A guard that is bound and not connected is what GuardUDP must not be.
func TestABoundUDPSocketSwallowsDatagrams(t *testing.T) {
	bound := listenUDP(t, "udp", "127.0.0.1:0", nil)
	client := dial(t, "udp", bound.LocalAddr().String())
	write(t, client, 1)
	bound.SetReadDeadline(time.Now().Add(patience))
	_, _, err := bound.ReadFrom(make([]byte, 1)) // it has arrived, so any refusal would have, too
	must(t, err)
	client.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	if _, err := client.Read(make([]byte, 1)); errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatal("the client was refused")
	}
}
