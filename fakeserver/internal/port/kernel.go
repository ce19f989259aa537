package port

import (
	"context"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// Kernel is the Transport of the operating system.
type Kernel struct {
	ReceiveBuffer int // of sockets, in bytes; if zero, the default
}

func (k Kernel) config() net.ListenConfig {
	lc := net.ListenConfig{}
	if k.ReceiveBuffer > 0 {
		lc.Control = kernel.ReceiveBuffer(k.ReceiveBuffer)
	}
	// Multipath TCP, Go's default for listeners, would make socket options and queue queries mean something else.
	lc.SetMultipathTCP(false)
	return lc
}

// Listen is net.Listen without multipath TCP.
func (k Kernel) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	lc := k.config()
	return lc.Listen(ctx, network, address)
}

// ListenPacket is net.ListenPacket.
func (k Kernel) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	lc := k.config()
	return lc.ListenPacket(ctx, network, address)
}
