package scenarios

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver"
)

// maxHosts is how many addresses the servers of one port may have: so many are at work at
// once, and then some, for other suites.
const maxHosts = 250

// A listenFunc starts a server at an address of a network; if they are empty, at a free port
// of the usual one.
type listenFunc func(t fakeserver.Transport, addr string) (fake, error)

// atPort starts a server at a port, on an address of the loopback network that nothing else
// has that port of: servers of several subjects are at work at once. If port is 0, it is any.
func atPort(ctx context.Context, port int, listen listenFunc) (fake, error) {
	if port == 0 {
		return listen(transportOf(ctx), "")
	}
	for n := 1; ; n++ {
		host := fmt.Sprintf("127.0.0.%d", n)
		srv, err := listen(transportAt(ctx, host), net.JoinHostPort(host, strconv.Itoa(port)))
		if errors.Is(err, syscall.EADDRINUSE) && n < maxHosts {
			continue
		}
		if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EADDRNOTAVAIL) {
			return fake{}, fmt.Errorf("%w: port %d is taken at each loopback address that there is: %v", ErrInconclusive, port, err)
		}
		return srv, err
	}
}

// checkPort says what is wrong with a subject's port.
func checkPort(port int) error {
	if port < 0 || port > 65535 {
		return fmt.Errorf("%w: Port is %d, want 0 to 65535", ErrSubject, port)
	}
	return nil
}

// listenStreamBeside starts a server for streams, and one for datagrams at the same address.
func listenStreamBeside(ctx context.Context, cfg fakeserver.Config, packets fakeserver.PacketConfig) (fake, error) {
	s, p, err := fakeserver.ListenBoth(cfg, packets)
	if err != nil {
		return fake{}, fmt.Errorf("%w: %w", ErrSubject, err)
	}
	return fake{server: s, plan: cfg.Faults, memory: memoryOf(ctx), beside: p}, nil
}

// listenPacketBeside starts a server for datagrams, and one for streams at the same address.
func listenPacketBeside(ctx context.Context, packets fakeserver.PacketConfig, cfg fakeserver.Config) (fake, error) {
	s, p, err := fakeserver.ListenBoth(cfg, packets)
	if err != nil {
		return fake{}, fmt.Errorf("%w: %w", ErrSubject, err)
	}
	return fake{server: p, plan: packets.Faults, memory: memoryOf(ctx), beside: s}, nil
}
