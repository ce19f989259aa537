package fakeserver

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// Dial connects to Address, on the kernel's network or on the server's Transport. The
// connection is a client's like any other: it is numbered when it is accepted, recorded, and
// faulted. For datagrams it is a connected socket. The caller closes it.
//
// Its errors are those of [net.Dialer.DialContext]; once the server is closed it is
// ECONNREFUSED, and net.ErrClosed, too, whoever has got the address meanwhile. On a
// Transport without DialContext, or for a listener or socket that is neither the kernel's nor has
// that method, the error wraps errors.ErrUnsupported: see [Transport].
func (s *core) Dial(ctx context.Context) (net.Conn, error) {
	if s.isClosing() || isClosedChan(s.shut) {
		gone := fmt.Errorf("%w (%s: %w)", os.NewSyscallError("connect", syscall.ECONNREFUSED), s.name, net.ErrClosed)
		return nil, &net.OpError{Op: "dial", Net: s.network, Addr: s.addr, Err: gone}
	}
	return socket.Dial(ctx, s.below, s.network, s.Address())
}

// DialContext is Dial for clients that take a dialer, as [net/http.Transport] does. It ignores
// the address: whatever a client means to dial, "example.com:80" say, it gets this server.
// Of the network only the kind matters, since a client may not know the server's: "tcp" and
// "unix", also with a 4 or 6, are for connections, "udp" and "unixgram" for datagrams. For one
// of the other kind the error is a net.UnknownNetworkError.
//
// gRPC's dialers have no network: grpc.WithContextDialer takes a function that calls Dial.
func (s *core) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if network != s.network && mediumOf(network) != s.medium {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: s.addr, Err: net.UnknownNetworkError(network)}
	}
	return s.Dial(ctx)
}

// mediumOf returns what a network of package net is for; zero, if that is not known.
func mediumOf(network string) fault.Medium {
	switch strings.TrimRight(network, "46") {
	case "tcp", "unix":
		return fault.Streams
	case "udp", "unixgram":
		return fault.Datagrams
	}
	return 0
}
