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
		for range 8 {
			server := upUDP(t, g)
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

// TestAWildcardUDPGuardDoesNotKeepOtherAddresses pins the limit in GuardUDP's doc. 127.0.0.2 stands for any other address of this host.
func TestAWildcardUDPGuardDoesNotKeepOtherAddresses(t *testing.T) {
	g := everyGuard[2].udp(t)
	stranger, err := net.ListenPacket("udp", at(g, "127.0.0.2"))
	must(t, err)
	_, err = g.ListenPacket(t.Context(), net.ListenConfig{})
	wantError(t, "our ListenPacket at the wildcard", err, syscall.EADDRINUSE)
	wantNoStranger(t, g, "after an Up that failed", []string{"127.0.0.1"}, everyStranger)
	must(t, stranger.Close())
	upUDP(t, g)
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
	server := upUDP(t, g)
	server.SetDeadline(time.Now().Add(patience))
	wantAnswered(t, server, at(g, host))
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
