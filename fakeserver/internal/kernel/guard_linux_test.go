package kernel

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
)

// guarded is one kind of guard, and where its clients go.
type guarded struct {
	name, suffix, address string
	hosts                 []string
}

var everyGuard = []guarded{
	{"IPv4", "", "127.0.0.1:0", []string{"127.0.0.1"}},
	{"IPv6", "", "[::1]:0", []string{"::1"}},
	{"dual stack", "", ":0", []string{"127.0.0.1", "::1"}},
	{"dual stack by 0.0.0.0", "", "0.0.0.0:0", []string{"127.0.0.1", "::1"}},
	{"any IPv4", "4", ":0", []string{"127.0.0.1"}},
	{"any IPv6", "6", ":0", []string{"::1"}},
	{"any IPv6 by ::", "6", "[::]:0", []string{"::1"}},
}

func (g guarded) tcp(t *testing.T) *Guard { return g.make(t, GuardTCP, "tcp") }
func (g guarded) udp(t *testing.T) *Guard { return g.make(t, GuardUDP, "udp") }

func (g guarded) make(t *testing.T, guard func(network, address string) (*Guard, error), network string) *Guard {
	t.Helper()
	made, err := guard(network+g.suffix, g.address)
	must(t, err)
	t.Cleanup(func() { made.Close() })
	return made
}

// at is the guard's port at host.
func at(g *Guard, host string) string {
	return netip.AddrPortFrom(netip.MustParseAddr(host), g.AddrPort().Port()).String()
}

func forEveryGuard(t *testing.T, f func(t *testing.T, g guarded)) {
	for _, g := range everyGuard {
		t.Run(g.name, func(t *testing.T) {
			if g.hosts = reachable(g.hosts...); len(g.hosts) == 0 {
				t.Skip("this machine has no IPv6")
			}
			f(t, g)
		})
	}
}

func TestAGuardSaysWhereAListenerWouldBe(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		tcp, udp := test.tcp(t), test.udp(t)
		ln := listen(t, "tcp"+test.suffix, test.address)
		want := ln.Addr().(*net.TCPAddr).AddrPort().Addr()
		if got := tcp.AddrPort(); got.Addr() != want || got.Port() == 0 {
			t.Errorf("TCP: AddrPort = %v, want a port at %v", got, want)
		}
		if got := udp.AddrPort(); got.Addr() != want || got.Port() == 0 {
			t.Errorf("UDP: AddrPort = %v, want a port at %v", got, want)
		}
	})
}

func TestGuardTCPRefuses(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		g := test.tcp(t)
		must(t, g.Shut())
		for range 100 {
			wantRefused(t, g, test.hosts)
		}
	})
}

func wantRefused(t *testing.T, g *Guard, hosts []string) {
	t.Helper()
	for _, host := range hosts {
		_, err := net.Dial("tcp", at(g, host))
		wantError(t, "Dial while down", err, syscall.ECONNREFUSED)
	}
}

func TestGuardTCPKeepsThePortThroughFlaps(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		g := test.tcp(t)
		must(t, g.Shut())
		for range 50 {
			must(t, g.Open())
			ln, err := tryListen("tcp"+test.suffix, g.AddrPort().String())
			must(t, err)
			must(t, g.Shut())
			for _, host := range test.hosts {
				c := dial(t, "tcp", at(g, host))
				accept(t, ln).Close()
				c.Close()
			}
			must(t, ln.Close())
			wantRefused(t, g, test.hosts)
		}
	})
}

func TestAStrangerCantListenOnAShutGuard(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		g := test.tcp(t)
		must(t, g.Shut())
		for _, network := range []string{"tcp", "tcp" + test.suffix} {
			_, err := tryListen(network, g.AddrPort().String())
			wantError(t, "a stranger's Listen while shut", err, syscall.EADDRINUSE)
		}
		must(t, g.Open())
		ln, err := tryListen("tcp"+test.suffix, g.AddrPort().String())
		must(t, err) // which shows that Shut was what kept it away
		_, err = tryListen("tcp"+test.suffix, g.AddrPort().String())
		wantError(t, "a stranger's Listen beside ours", err, syscall.EADDRINUSE)
		must(t, ln.Close())
	})
}

func TestGuardOfAPortInUse(t *testing.T) {
	ln := listen(t, "tcp", "127.0.0.1:0")
	_, want := net.Listen("tcp", ln.Addr().String())
	_, err := GuardTCP("tcp", ln.Addr().String())
	wantSameError(t, err, want)

	pc := listenUDP(t, "udp", "127.0.0.1:0", ReuseAddr)
	_, want = net.ListenPacket("udp", pc.LocalAddr().String())
	_, err = GuardUDP("udp", pc.LocalAddr().String())
	wantSameError(t, err, want)
}

func wantSameError(t *testing.T, got, want error) {
	t.Helper()
	op, ok := errors.AsType[*net.OpError](got)
	if !ok || !errors.Is(op, syscall.EADDRINUSE) || got.Error() != want.Error() {
		t.Fatalf("error = %v (%T), want %v", got, got, want)
	}
}

func TestGuardOfANonsensicalAddress(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "127.0.0.1:http-alt-nonsense", "127.0.0.1:70000"} {
		_, want := net.Listen("tcp", address)
		if _, err := GuardTCP("tcp", address); err == nil || err.Error() != want.Error() {
			t.Errorf("GuardTCP(%q) = %v, want %v", address, err, want)
		}
	}
}

func TestAClosedGuard(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		for _, g := range []*Guard{test.tcp(t), test.udp(t)} {
			must(t, g.Close())
			must(t, g.Close())
			wantError(t, "Open after Close", g.Open(), net.ErrClosed)
			wantError(t, "Shut after Close", g.Shut(), net.ErrClosed)
		}
	})
}

func TestGuardGivesThePortUpAtClose(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		var err error
		for range 5 { // once the port is free, any process may be quicker
			g := test.udp(t)
			must(t, g.Shut())
			must(t, g.Close())
			var pc net.PacketConn
			if pc, err = net.ListenPacket("udp"+test.suffix, g.AddrPort().String()); err == nil {
				must(t, pc.Close())
				return
			}
		}
		t.Fatal(err)
	})
}

// TestPortZeroNeverGivesAGuardsPort leaves a stranger that asks for any port no other one to get.
func TestPortZeroNeverGivesAGuardsPort(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		tcp, udp := test.tcp(t), test.udp(t)
		for _, set := range []func(g *Guard) error{(*Guard).Open, (*Guard).Shut} {
			must(t, set(tcp))
			must(t, set(udp))
			for _, host := range test.hosts {
				address := net.JoinHostPort(host, "0")
				lc := net.ListenConfig{Control: onlyPort(tcp.AddrPort().Port())}
				_, err := lc.Listen(t.Context(), "tcp", address)
				wantNoPort(t, "Listen at port 0", err)
				lc = net.ListenConfig{Control: onlyPort(udp.AddrPort().Port())}
				_, err = lc.ListenPacket(t.Context(), "udp", address)
				wantNoPort(t, "ListenPacket at port 0", err)
			}
		}
	})
}

// onlyPort makes one port the whole ephemeral range of a socket.
func onlyPort(port uint16) func(string, string, syscall.RawConn) error {
	const ipLocalPortRange = 51 // IP_LOCAL_PORT_RANGE of linux/in.h, since Linux 6.3; for IPv6 too
	return func(_, _ string, c syscall.RawConn) error {
		return controlRaw(c, func(fd uintptr) error {
			return syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, ipLocalPortRange, int(port)<<16|int(port))
		})
	}
}

func wantNoPort(t *testing.T, what string, err error) {
	t.Helper()
	if errors.Is(err, syscall.ENOPROTOOPT) {
		t.Skip("this kernel has no IP_LOCAL_PORT_RANGE")
	}
	wantError(t, what, err, syscall.EADDRINUSE)
}

func TestGuardsNeverShareAPort(t *testing.T) {
	for _, network := range []string{"tcp", "udp"} {
		taken := map[uint16]bool{}
		for range 400 {
			g := guarded{address: "127.0.0.1:0"}.make(t, map[string]func(string, string) (*Guard, error){"tcp": GuardTCP, "udp": GuardUDP}[network], network)
			port := g.AddrPort().Port()
			if taken[port] {
				t.Fatalf("%s: port %d was given to two open guards", network, port)
			}
			taken[port] = true
		}
	}
}

func TestAnIPv6GuardLeavesIPv4Alone(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		if test.suffix != "6" {
			t.Skip("not IPv6 only")
		}
		for _, g := range []*Guard{test.tcp(t), test.udp(t)} {
			only, err := syscall.GetsockoptInt(int(g.fds[0]), syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY)
			if only != 1 || err != nil || len(g.fds) != 1 {
				t.Errorf("%d sockets, IPV6_V6ONLY = %d, %v, want 1, 1, nil", len(g.fds), only, err)
			}
		}
	})
}

func TestGuardsAreNotInherited(t *testing.T) {
	g := everyGuard[2].udp(t)
	for _, fd := range g.fds {
		flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_GETFD, 0)
		if errno != 0 || flags&syscall.FD_CLOEXEC == 0 {
			t.Errorf("descriptor flags = %d, %v, want FD_CLOEXEC", flags, errno)
		}
	}
}

// listenBeside is our own server's way to a UDP guard's port.
func listenBeside(network, address string) (*net.UDPConn, error) {
	lc := net.ListenConfig{Control: ReuseAddr}
	pc, err := lc.ListenPacket(context.Background(), network, address)
	if err != nil {
		return nil, err
	}
	return pc.(*net.UDPConn), nil
}
