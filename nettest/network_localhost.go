package nettest

import (
	"context"
	"net"
)

// DialContext connects from localhost. See [Host.DialContext].
func (n *Network) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return n.Host(localhost).DialContext(ctx, network, address)
}

// Listen listens for streams on localhost. See [Host.Listen].
func (n *Network) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	return n.Host(localhost).Listen(ctx, network, address)
}

// ListenPacket listens for datagrams on localhost. See [Host.ListenPacket].
func (n *Network) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	return n.Host(localhost).ListenPacket(ctx, network, address)
}
