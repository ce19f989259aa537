package kernel

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// Guard keeps a port without listening on it. While no server stands beside it, a TCP client gets ECONNREFUSED, and a
// connected UDP socket gets ECONNREFUSED at the operation after its first Write. A server of ours may listen on
// [Guard.AddrPort] beside it, close, and listen again, as often as it likes, and the port is never given up.
//
// A new guard is open. The order to keep:
//
//	start    GuardTCP, Shut
//	up       Open, Listen, Shut
//	down     close the listener
//
// A guard is for one host: it is a socket of this process and ends with it. Its methods may be called from several goroutines.
type Guard struct {
	addr netip.AddrPort

	mu  sync.Mutex // guards fds
	fds []uintptr  // empty once closed
}

// GuardTCP binds a guard to address, which is what net.Listen takes, with the same choice of family: "127.0.0.1:0",
// "[::1]:0", ":0" for both. network is tcp, tcp4 or tcp6. A port in use gives EADDRINUSE in a *net.OpError, as net.Listen does.
//
// Like net.Listen it binds with SO_REUSEADDR, so at a port other than 0 it doesn't see a socket that has the same
// option and doesn't listen, such as another open guard; a shut one it does see.
func GuardTCP(network, address string) (*Guard, error) {
	if !slices.Contains([]string{"tcp", "tcp4", "tcp6"}, network) {
		return nil, listenError(network, nil, net.UnknownNetworkError(network))
	}
	addr, err := net.ResolveTCPAddr(network, address)
	if err != nil {
		return nil, listenError(network, nil, err)
	}
	fds, bound, err := guardTCP(network, addr.AddrPort())
	if err != nil {
		return nil, listenError(network, addr, err)
	}
	return &Guard{addr: bound, fds: fds}, nil
}

// GuardUDP binds a guard to address and connects it to itself: unconnected it would swallow the datagrams, and the client
// would hear nothing. network is udp, udp4 or udp6, address as for [GuardTCP]. A port in use gives EADDRINUSE
// in a *net.OpError. The server beside it must be made with [ReuseAddr].
//
// Limits. Connecting a socket of a wildcard address narrows it, so such a guard is a socket at 127.0.0.1, one at ::1, or both.
// It refuses clients and keeps the port from whoever binds the wildcard or these two, and from whoever asks
// for port 0 there. While the server is down, a stranger can still bind this port at another address of this host, and then
// the server's next Listen at the wildcard gives EADDRINUSE. Nobody is ever refused at a multicast address, so for one the error
// wraps errors.ErrUnsupported. A datagram that the server sends to its own address ends in the guard.
func GuardUDP(network, address string) (*Guard, error) {
	if !slices.Contains([]string{"udp", "udp4", "udp6"}, network) {
		return nil, listenError(network, nil, net.UnknownNetworkError(network))
	}
	addr, err := net.ResolveUDPAddr(network, address)
	if err != nil {
		return nil, listenError(network, nil, err)
	}
	if addr.IP.IsMulticast() {
		return nil, listenError(network, addr, unsupported("GuardUDP of a multicast address"))
	}
	fds, bound, err := guardUDP(network, addr.AddrPort())
	if err != nil {
		return nil, listenError(network, addr, err)
	}
	return &Guard{addr: bound, fds: fds}, nil
}

// listenError is err as net.Listen would give it.
func listenError(network string, addr net.Addr, err error) error {
	return &net.OpError{Op: "listen", Net: network, Addr: addr, Err: err}
}

// AddrPort gives the guarded address, with the port the kernel chose. A dual-stack guard's is [::]. It works after Close.
func (g *Guard) AddrPort() netip.AddrPort { return g.addr }

// Open sets SO_REUSEADDR, so that our own listener can bind beside the guard. Until [Guard.Shut], so can a stranger's.
// A closed guard gives net.ErrClosed.
func (g *Guard) Open() error { return g.setReuseAddr(true) }

// Shut clears SO_REUSEADDR, so that no stranger can listen on the port, whatever options it sets. Who listens already goes on.
// A closed guard gives net.ErrClosed.
func (g *Guard) Shut() error { return g.setReuseAddr(false) }

func (g *Guard) setReuseAddr(on bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.fds) == 0 {
		return fmt.Errorf("kernel: guard of %v: %w", g.addr, net.ErrClosed)
	}
	var errs []error
	for _, fd := range g.fds {
		errs = append(errs, setReuseAddr(fd, on))
	}
	return errors.Join(errs...)
}

// Close gives the port up, unless a server still stands there. A second Close does nothing.
func (g *Guard) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := closeAll(g.fds)
	g.fds = nil
	return err
}
