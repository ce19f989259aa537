package kernel

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
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

func TestGuardOfAPortInUse(t *testing.T) {
	ln := listen(t, "tcp", "127.0.0.1:0")
	_, want := net.Listen("tcp", ln.Addr().String())
	_, err := GuardTCP("tcp", ln.Addr().String())
	wantSameError(t, err, want)

	pc := listenUDP(t, "udp", "127.0.0.1:0", reuseAddr)
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
			_, err := g.Listen(t.Context(), net.ListenConfig{})
			wantError(t, "Listen after Close", err, net.ErrClosed)
			_, err = g.ListenPacket(t.Context(), net.ListenConfig{})
			wantError(t, "ListenPacket after Close", err, net.ErrClosed)
		}
	})
}

func TestGuardGivesThePortUpAtClose(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		var err error
		for range 5 { // once the port is free, any process may be quicker
			g := test.udp(t)
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

// TestGuardsNeverShareAPort makes guards among strangers that share every port they can: 20,000 of each protocol, 500 at a time.
func TestGuardsNeverShareAPort(t *testing.T) {
	for network, guard := range map[string]func(string, string) (*Guard, error){"tcp": GuardTCP, "udp": GuardUDP} {
		taken, held := map[uint16]string{}, [500]func(){}
		for i := range 20000 {
			if i%50 == 0 {
				port := guarded{address: "127.0.0.1:0"}.make(t, guard, network).AddrPort().Port()
				if who := taken[port]; who != "" {
					t.Fatalf("%s: a guard was given port %d of a %s", network, port, who)
				}
				taken[port] = "guard"
				_, err := guard(network, fmt.Sprint("127.0.0.1:", port))
				wantError(t, "a second guard of the port", err, syscall.EADDRINUSE)
			}
			if end := held[i%len(held)]; end != nil {
				end()
			}
			stranger, addr, err := tryBind(network, "127.0.0.1:0", reusePort)
			must(t, err)
			if taken[addr.Port()] == "guard" {
				t.Fatalf("%s: a stranger was given port %d of a guard", network, addr.Port())
			}
			taken[addr.Port()] = "stranger"
			held[i%len(held)] = func() {
				stranger.Close()
				delete(taken, addr.Port())
			}
		}
		for _, end := range held {
			end()
		}
	}
}

func TestNobodySharesAfterUp(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		tcp, udp := test.tcp(t), test.udp(t)
		for _, sock := range []any{up(t, tcp), upUDP(t, udp)} {
			must(t, control(sock.(syscall.Conn), func(fd uintptr) error {
				wantNoReuse(t, "a server", fd)
				return nil
			}))
		}
		for _, fd := range append(tcp.fds, udp.fds...) {
			wantNoReuse(t, "a guard", fd)
		}
	})
}

func wantNoReuse(t *testing.T, what string, fd uintptr) {
	t.Helper()
	if on, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT); on != 0 || err != nil {
		t.Errorf("SO_REUSEPORT of %s = %d, %v, want 0, nil", what, on, err)
	}
}

// The guard's own Control must not take the caller's place.
func TestListenKeepsTheCallersControl(t *testing.T) {
	lc := net.ListenConfig{Control: ReceiveBuffer(-1)}
	tcp, udp := everyGuard[0].tcp(t), everyGuard[0].udp(t)
	_, err := tcp.Listen(t.Context(), lc)
	wantError(t, "Listen", err, syscall.EINVAL)
	_, err = udp.ListenPacket(t.Context(), lc)
	wantError(t, "ListenPacket", err, syscall.EINVAL)
	for _, g := range []*Guard{tcp, udp} {
		wantNoReuse(t, "a guard whose server failed", g.fds[0])
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

// up lets our own server listen beside a TCP guard.
func up(t *testing.T, g *Guard) net.Listener {
	t.Helper()
	ln, err := g.Listen(t.Context(), net.ListenConfig{})
	must(t, err)
	t.Cleanup(func() { ln.Close() })
	return ln
}

// upUDP lets our own server listen beside a UDP guard.
func upUDP(t *testing.T, g *Guard) *net.UDPConn {
	t.Helper()
	pc, err := g.ListenPacket(t.Context(), net.ListenConfig{})
	must(t, err)
	t.Cleanup(func() { pc.Close() })
	return pc.(*net.UDPConn)
}
