package kernel

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// controlFunc is what net.ListenConfig.Control is.
type controlFunc = func(network, address string, c syscall.RawConn) error

// option sets an option of SOL_SOCKET.
func option(name, value int) controlFunc {
	return func(_, _ string, c syscall.RawConn) error {
		return controlRaw(c, func(fd uintptr) error {
			return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, name, value)
		})
	}
}

func each(controls ...controlFunc) controlFunc {
	return func(network, address string, c syscall.RawConn) error {
		for _, control := range controls {
			if err := control(network, address, c); err != nil {
				return err
			}
		}
		return nil
	}
}

// everyStranger is what a stranger may set. Package net gives a TCP listener SO_REUSEADDR.
var (
	reuseAddr = option(unix.SO_REUSEADDR, 1)
	reusePort = option(unix.SO_REUSEPORT, 1)

	strangersWithoutReusePort = map[string]controlFunc{
		"package net's":     each(),
		"with no option":    option(unix.SO_REUSEADDR, 0),
		"with SO_REUSEADDR": reuseAddr,
	}
	everyStranger = with(strangersWithoutReusePort, map[string]controlFunc{
		"with SO_REUSEPORT": each(option(unix.SO_REUSEADDR, 0), reusePort),
		"with both":         each(reuseAddr, reusePort),
	})
)

func with(all ...map[string]controlFunc) map[string]controlFunc {
	sum := map[string]controlFunc{}
	for _, m := range all {
		maps.Copy(sum, m)
	}
	return sum
}

// tryBind is a stranger's Listen or ListenPacket. The address of what it got is the second result.
func tryBind(network, address string, control controlFunc) (io.Closer, netip.AddrPort, error) {
	lc := net.ListenConfig{Control: control}
	lc.SetMultipathTCP(false)
	if strings.HasPrefix(network, "udp") {
		pc, err := lc.ListenPacket(context.Background(), network, address)
		if err != nil {
			return nil, netip.AddrPort{}, err
		}
		return pc, pc.LocalAddr().(*net.UDPAddr).AddrPort(), nil
	}
	ln, err := lc.Listen(context.Background(), network, address)
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	return ln, ln.Addr().(*net.TCPAddr).AddrPort(), nil
}

// wantNoStranger lets each stranger try for g's port, at g's address and at the hosts.
func wantNoStranger(t *testing.T, g *Guard, when string, hosts []string, strangers map[string]controlFunc) {
	t.Helper()
	addresses := []string{g.AddrPort().String()}
	for _, host := range hosts {
		addresses = append(addresses, at(g, host))
	}
	for _, address := range addresses {
		for name, control := range strangers {
			_, _, err := tryBind(g.network, address, control)
			wantError(t, "a stranger's Listen "+name+" at "+g.network+" "+address+" "+when, err, syscall.EADDRINUSE)
		}
	}
}

// coversOddAddress tells the guards at which the kernel goes on sharing: see forgetSharing.
func coversOddAddress(g guarded) bool {
	return g.suffix != "6" && g.hosts[0] == "127.0.0.1" && g.name != "IPv4"
}

func TestNoStrangerGetsAGuardsPort(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		tcp, udp := test.tcp(t), test.udp(t)
		wantNoStranger(t, tcp, "beside a new guard", test.hosts, everyStranger)
		wantNoStranger(t, udp, "beside a new guard", test.hosts, everyStranger)
		strangers := everyStranger
		if coversOddAddress(test) {
			strangers = strangersWithoutReusePort
		}
		for range 5 {
			ln, pc := up(t, tcp), upUDP(t, udp)
			for _, host := range test.hosts {
				dial(t, "tcp", at(tcp, host)) // and it stays open
				accept(t, ln)
			}
			wantNoStranger(t, tcp, "while up", test.hosts, strangers)
			wantNoStranger(t, udp, "while up", test.hosts, everyStranger)
			must(t, ln.Close())
			must(t, pc.Close())
			wantNoStranger(t, tcp, "while down", test.hosts, strangers)
			wantNoStranger(t, udp, "while down", test.hosts, everyStranger)
		}
	})
}

// TestAStrangerWithReusePortGetsAWildcardTCPPort pins the limit in Guard's doc.
func TestAStrangerWithReusePortGetsAWildcardTCPPort(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		if !coversOddAddress(test) {
			t.Skip("nobody gets this one's port: TestNoStrangerGetsAGuardsPort")
		}
		g := test.tcp(t)
		up(t, g)
		stranger, _, err := tryBind(g.network, g.AddrPort().String(), reusePort)
		must(t, err)
		must(t, stranger.Close())
		for name, control := range everyStranger {
			err := asAnotherUser(t, func() error {
				_, _, err := tryBind(g.network, g.AddrPort().String(), control)
				return err
			})
			wantError(t, "another user's Listen "+name, err, syscall.EADDRINUSE)
		}
	})
}

// asAnotherUser runs f on a thread whose sockets belong to another user.
func asAnotherUser(t *testing.T, f func() error) error {
	if os.Geteuid() != 0 {
		t.Skip("only root can try what another user gets")
	}
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		err := unix.Setfsuid(65534)
		if err == nil {
			err = f()
		}
		result <- err
	}()
	return <-result
}

func TestStrangersInALoopThroughFlaps(t *testing.T) {
	for _, network := range []string{"tcp", "udp"} {
		for _, test := range everyGuard[:3] {
			t.Run(network+" "+test.name, func(t *testing.T) {
				if test.hosts = reachable(test.hosts...); len(test.hosts) == 0 {
					t.Skip("this machine has no IPv6")
				}
				flap := func(g *Guard) { must(t, up(t, g).Close()) }
				g := test.tcp
				if network == "udp" {
					flap = func(g *Guard) { must(t, upUDP(t, g).Close()) }
					g = test.udp
				}
				flapAmongStrangers(t, g(t), test.hosts[0], flap)
			})
		}
	}
}

// flapAmongStrangers goes on until each stranger has tried often enough.
func flapAmongStrangers(t *testing.T, g *Guard, host string, flap func(*Guard)) {
	ctx, cancel := context.WithCancel(t.Context())
	var strangers, busy sync.WaitGroup
	defer strangers.Wait()
	defer cancel()
	for name, control := range strangersWithoutReusePort {
		busy.Add(1)
		strangers.Go(func() {
			for tries := 1; ctx.Err() == nil; tries++ {
				if stranger, _, err := tryBind(g.network, at(g, host), control); err == nil {
					t.Errorf("a stranger %s took the port at try %d", name, tries)
					stranger.Close()
				}
				if tries == 200 {
					busy.Done()
				}
			}
		})
	}
	tried := make(chan struct{})
	go func() {
		busy.Wait()
		close(tried)
	}()
	for flaps := 0; ; flaps++ {
		flap(g)
		select {
		case <-tried:
			if flaps >= 200 {
				return
			}
		default:
		}
	}
}

// TestPortZeroNeverGivesAGuardsPort leaves a stranger that asks for any port no other one to get.
func TestPortZeroNeverGivesAGuardsPort(t *testing.T) {
	forEveryGuard(t, func(t *testing.T, test guarded) {
		for _, g := range []*Guard{test.tcp(t), test.udp(t)} {
			wantNoPort(t, g, "while new", test.hosts)
			for range 3 {
				server := io.Closer(nil)
				if g.network[0] == 't' {
					server = up(t, g)
				} else {
					server = upUDP(t, g)
				}
				wantNoPort(t, g, "while up", test.hosts)
				must(t, server.Close())
				wantNoPort(t, g, "while down", test.hosts)
			}
		}
	})
}

func wantNoPort(t *testing.T, g *Guard, when string, hosts []string) {
	t.Helper()
	for _, host := range hosts {
		for name, control := range everyStranger {
			_, _, err := tryBind(g.network, net.JoinHostPort(host, "0"), each(control, onlyPort(g.AddrPort().Port())))
			if errors.Is(err, unix.ENOPROTOOPT) {
				t.Skip("this kernel has no IP_LOCAL_PORT_RANGE")
			}
			wantError(t, "a stranger's Listen "+name+" at port 0 of "+g.network+" "+host+" "+when, err, syscall.EADDRINUSE)
		}
	}
}

// onlyPort makes one port the whole ephemeral range of a socket.
func onlyPort(port uint16) controlFunc {
	const ipLocalPortRange = 51 // IP_LOCAL_PORT_RANGE of linux/in.h, since Linux 6.3; for IPv6 too
	return func(_, _ string, c syscall.RawConn) error {
		return controlRaw(c, func(fd uintptr) error {
			return syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, ipLocalPortRange, int(port)<<16|int(port))
		})
	}
}
