package scenarios

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// A Network is what a subject reaches its server by: the kernel's, or with [InMemory] one
// in memory.
type Network interface {
	// DialContext connects, as net.Dialer's method of this name does: "tcp" or "udp", and
	// not in memory "unix" or "unixgram".
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
	// ListenPacket opens a socket for datagrams that is not connected, as
	// net.ListenConfig's method of this name does.
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)
}

// NetworkOf returns the network that a subject has to use: that of the context that its
// Do, Open, Large or Ask was given. A client takes it by its dialer:
//
//	client := &http.Client{Transport: &http.Transport{DialContext: scenarios.NetworkOf(ctx).DialContext}}
//
// For any other context it is the kernel's. A subject that does not ask, and dials by
// package net, can't be put to the test in memory.
func NetworkOf(ctx context.Context) Network {
	if m := memoryOf(ctx); m != nil {
		m.asked.Store(true)
		return &m.network
	}
	return kernel{}
}

// kernel is the host's own network.
type kernel struct{}

func (kernel) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

func (kernel) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	var l net.ListenConfig
	return l.ListenPacket(ctx, network, address)
}

// A memoryNetwork is a network in memory, for one promise.
type memoryNetwork struct {
	network nettest.Network
	asked   atomic.Bool // the subject has asked for it
}

// memoryKey is the key of a *memoryNetwork in a context.
type memoryKey struct{}

// memoryOf returns the network in memory that ctx belongs to; nil: none.
func memoryOf(ctx context.Context) *memoryNetwork {
	m, _ := ctx.Value(memoryKey{}).(*memoryNetwork)
	return m
}

// transportOf returns what servers run on.
func transportOf(ctx context.Context) fakeserver.Transport {
	if m := memoryOf(ctx); m != nil {
		return &m.network
	}
	return nil
}

// transportAt is transportOf for a server at an address; in memory, of the host that has it.
func transportAt(ctx context.Context, addr string) fakeserver.Transport {
	if m := memoryOf(ctx); m != nil {
		return m.network.Host(addr)
	}
	return nil
}

// listenAt opens a socket for datagrams at an address; in memory, on the host that has
// it.
func listenAt(ctx context.Context, ap netip.AddrPort) (net.PacketConn, error) {
	if m := memoryOf(ctx); m != nil {
		return m.network.Host(ap.Addr().String()).ListenPacket(ctx, "udp", ap.String())
	}
	return kernel{}.ListenPacket(ctx, "udp", ap.String())
}
