package kernel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// Guard keeps a port without listening on it. While no server stands beside it, a TCP client gets ECONNREFUSED, and a
// connected UDP socket gets ECONNREFUSED at the operation after its first Write. A server of ours may listen beside it
// ([Guard.Listen], [Guard.ListenPacket]), close, and listen again, as often as it likes, and the port is never given up:
//
//	start    GuardTCP
//	up       Listen
//	down     close the listener
//
// The two share the port by SO_REUSEPORT, which both must have when the second of them binds. It is on for that moment only.
// Whoever binds the port without it, with SO_REUSEADDR or not, gets EADDRINUSE at every moment, that one included.
//
// Limits. Only a socket that sets SO_REUSEPORT itself and belongs to this process's user can get at the port: at the moment of
// Listen or ListenPacket, of [GuardListener], and of [GuardUDP] for both families; and for TCP at any time from the first of these on, if the guard's address
// covers 127.255.255.254, as IPv4 and dual-stack wildcards do. (Linux notes at a TCP port that it was shared, whatever its sockets
// say later; see forgetSharing.) It has to ask for the port by its number: port 0 never gives it out, except for UDP at such a moment.
//
// A guard is for one host: it is a socket of this process and ends with it. Its methods may be called from several goroutines.
type Guard struct {
	network string
	addr    netip.AddrPort

	mu  sync.Mutex // guards fds and their options
	fds []uintptr  // empty once closed
}

// GuardTCP binds a guard to address, which is what net.Listen takes, with the same choice of family: "127.0.0.1:0",
// "[::1]:0", ":0" for both. network is tcp, tcp4 or tcp6. A port in use gives EADDRINUSE in a *net.OpError, as net.Listen does.
//
// Like net.Listen it gets past TIME_WAIT: at a port other than 0 it binds with SO_REUSEADDR, which it clears at once. So it doesn't see
// a socket that has the same option and doesn't listen, and until it is cleared, such a socket can come to the port. Another guard it does see.
func GuardTCP(network, address string) (*Guard, error) {
	if !slices.Contains([]string{"tcp", "tcp4", "tcp6"}, network) {
		return nil, listenError(network, nil, net.UnknownNetworkError(network))
	}
	addr, err := resolve(network, address)
	if err != nil {
		return nil, listenError(network, nil, err)
	}
	fds, bound, err := guardTCP(network, addr)
	if err != nil {
		return nil, listenError(network, net.TCPAddrFromAddrPort(addr), err)
	}
	return &Guard{network: network, addr: bound, fds: fds}, nil
}

// GuardUDP binds a guard to address and connects it to itself: unconnected it would swallow the datagrams, and the client
// would hear nothing. network is udp, udp4 or udp6, address as for [GuardTCP]. A port in use gives EADDRINUSE
// in a *net.OpError.
//
// Limits. Connecting a socket of a wildcard address narrows it, so such a guard is a socket at 127.0.0.1, one at ::1, or both.
// It refuses clients and keeps the port from whoever binds the wildcard or these two, and from whoever asks
// for port 0 there. While the server is down, a stranger can still bind this port at another address of this host, and then
// the server's next ListenPacket at the wildcard gives EADDRINUSE. No bind is ever refused at a multicast address, so for one the error
// wraps errors.ErrUnsupported. A datagram that the server sends to its own address ends in the guard.
func GuardUDP(network, address string) (*Guard, error) {
	if !slices.Contains([]string{"udp", "udp4", "udp6"}, network) {
		return nil, listenError(network, nil, net.UnknownNetworkError(network))
	}
	addr, err := resolve(network, address)
	if err != nil {
		return nil, listenError(network, nil, err)
	}
	if addr.Addr().Unmap().IsMulticast() {
		return nil, listenError(network, net.UDPAddrFromAddrPort(addr), unsupported("GuardUDP of a multicast address"))
	}
	fds, bound, err := guardUDP(network, addr)
	if err != nil {
		return nil, listenError(network, net.UDPAddrFromAddrPort(addr), err)
	}
	return &Guard{network: network, addr: bound, fds: fds}, nil
}

// CanGuard returns why no guard of a TCP port can be had on this platform. The error wraps errors.ErrUnsupported.
func CanGuard() error { return canGuard() }

// GuardListener binds a guard to the address of ln, which listens there already and goes on. When ln is closed, clients are
// refused, and no stranger gets the port. ln must be a *net.TCPListener; for another one the error wraps errors.ErrUnsupported.
func GuardListener(ln net.Listener) (*Guard, error) {
	tcp, ok := ln.(*net.TCPListener)
	if !ok {
		return nil, wrongType("GuardListener", ln)
	}
	addr := tcp.Addr().(*net.TCPAddr).AddrPort()
	g := &Guard{network: "tcp6"}
	err := control(tcp, func(fd uintptr) (err error) {
		switch {
		case addr.Addr().Unmap().Is4():
			g.network = "tcp4"
		case !onlyIPv6(fd):
			g.network = "tcp"
		}
		g.fds, g.addr, err = guardListener(fd, g.network, addr)
		return err
	})
	if err != nil {
		return nil, listenError("tcp", tcp.Addr(), err)
	}
	return g, nil
}

// resolve finds the address that net.Listen and net.ListenPacket take. Where it is written in numbers, and the network takes all
// families, there is nothing to find.
func resolve(network, address string) (netip.AddrPort, error) {
	if network == "tcp" || network == "udp" {
		if addr, err := netip.ParseAddrPort(address); err == nil {
			return addr, nil
		}
	}
	if strings.HasPrefix(network, "udp") {
		addr, err := net.ResolveUDPAddr(network, address)
		return addr.AddrPort(), err
	}
	addr, err := net.ResolveTCPAddr(network, address)
	return addr.AddrPort(), err
}

// listenError is err as net.Listen would give it.
func listenError(network string, addr net.Addr, err error) error {
	return &net.OpError{Op: "listen", Net: network, Addr: addr, Err: err}
}

// AddrPort gives the guarded address, with the port the kernel chose. A dual-stack guard's is [::]. It works after Close.
func (g *Guard) AddrPort() netip.AddrPort { return g.addr }

// Listen is lc.Listen at the address of a guard that [GuardTCP] made, without multipath TCP. The listener is a *net.TCPListener, and it is
// the caller's to close, which the guard outlives. A closed guard gives net.ErrClosed.
func (g *Guard) Listen(ctx context.Context, lc net.ListenConfig) (net.Listener, error) {
	lc.SetMultipathTCP(false)
	ln, err := admit(g, &lc, func() (net.Listener, error) { return lc.Listen(ctx, g.network, g.addr.String()) })
	if err == nil {
		forgetSharing(g.addr.Port())
	}
	return ln, err
}

// ListenPacket is lc.ListenPacket at the address of a guard that [GuardUDP] made. The socket is a *net.UDPConn, and it is
// the caller's to close, which the guard outlives. A closed guard gives net.ErrClosed.
func (g *Guard) ListenPacket(ctx context.Context, lc net.ListenConfig) (net.PacketConn, error) {
	return admit(g, &lc, func() (net.PacketConn, error) { return lc.ListenPacket(ctx, g.network, g.addr.String()) })
}

// admit calls bind, which is to use lc, while sockets with SO_REUSEPORT may bind beside g, and takes the option from what was bound. Both
// have to lose it: Linux lets a third UDP socket in at the first one with the option that it comes across, whatever the others say.
func admit[S io.Closer](g *Guard, lc *net.ListenConfig, bind func() (S, error)) (S, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var none S
	if len(g.fds) == 0 {
		return none, fmt.Errorf("kernel: guard of %v: %w", g.addr, net.ErrClosed)
	}
	if err := g.shareLocked(true); err != nil {
		return none, err
	}
	sharing := &sharing{control: lc.Control}
	lc.Control = sharing.begin
	s, err := bind()
	if err != nil {
		g.shareLocked(false) // the first error says more
		return none, err
	}
	if err := errors.Join(sharing.end(), g.shareLocked(false)); err != nil {
		s.Close()
		return none, err
	}
	return s, nil
}

func (g *Guard) shareLocked(on bool) (err error) {
	for _, fd := range g.fds {
		err = errors.Join(err, setReusePort(fd, on))
	}
	return err
}

// Close gives the port up, unless a server still stands there. A second Close does nothing.
func (g *Guard) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := closeAll(g.fds)
	g.fds = nil
	return err
}
