package socket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// Dial connects to an address. Below is the network that has it, a socket that listens there, or nil for the kernel's
// network.
func Dial(ctx context.Context, below any, network, address string) (net.Conn, error) {
	switch b := below.(type) {
	case interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	}:
		return b.DialContext(ctx, network, address)
	case interface {
		DialContext(context.Context) (net.Conn, error)
	}:
		return b.DialContext(ctx)
	case nil, syscall.Conn:
		return kernel.Dial(ctx, network, address)
	}
	return nil, fmt.Errorf("dial %s %s: a %T has no DialContext: %w", network, address, below, errors.ErrUnsupported)
}
