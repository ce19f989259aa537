package proxytable

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// A Wire is the network that a row runs on.
type Wire struct {
	Listen  func(context.Context) (net.Listener, error)
	Dial    func(ctx context.Context, address string) (net.Conn, error)
	Refuses func() (address string, release func(), err error) // an address that refuses until it is released
	NoReset bool                                               // it has no RST, as unix sockets have none: rows that need one don't run

	// Held, if set, is told how many bytes were taken for an end that reads none, when its sender was blocked. It may be called
	// by several rows at once.
	Held func(bytes int64)
	// Patience is how long an end waits for what must happen. If zero, ten seconds.
	Patience time.Duration
	// Still is how long nothing must move until a sender counts as blocked. If zero, 200 ms.
	Still time.Duration
	// Idle is how long a connection lies idle. If zero, 500 ms.
	Idle time.Duration
}

func (w Wire) withDefaults() Wire {
	for _, d := range []struct {
		field *time.Duration
		usual time.Duration
	}{{&w.Patience, 10 * time.Second}, {&w.Still, 200 * time.Millisecond}, {&w.Idle, 500 * time.Millisecond}} {
		if *d.field == 0 {
			*d.field = d.usual
		}
	}
	return w
}

// TCP is the kernel's loopback.
func TCP() Wire {
	// Multipath TCP, Go's default for listeners, has other queues.
	var config net.ListenConfig
	config.SetMultipathTCP(false)
	return Wire{
		Listen:  func(ctx context.Context) (net.Listener, error) { return config.Listen(ctx, "tcp", "127.0.0.1:0") },
		Dial:    dials("tcp"),
		Refuses: refusingPort,
	}
}

// Unix is unix sockets in a directory of their own, which is the caller's.
func Unix(dir string) Wire {
	return Wire{
		Listen: func(ctx context.Context) (net.Listener, error) {
			own, err := os.MkdirTemp(dir, "")
			if err != nil {
				return nil, err
			}
			return new(net.ListenConfig).Listen(ctx, "unix", filepath.Join(own, "s"))
		},
		Dial:    dials("unix"),
		NoReset: true,
	}
}

func dials(network string) func(context.Context, string) (net.Conn, error) {
	return func(ctx context.Context, address string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

// refusingPort is a port that nobody else can take while it refuses.
func refusingPort() (string, func(), error) {
	guard, err := kernel.GuardTCP("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	return guard.AddrPort().String(), func() { guard.Close() }, nil
}
