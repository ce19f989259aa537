package scenarios

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A fake is a fake server.
type fake struct {
	server
	plan   fault.Plan
	memory *memoryNetwork  // nil: the kernel's
	beside fakeserver.Wire // the other medium's server at the same address; nil: there is none
}

// server is what fakeserver's Server and PacketServer have in common.
type server interface {
	fakeserver.Wire
	Down() error
	Up() error
}

// listenStream starts a server for streams.
func listenStream(ctx context.Context, cfg fakeserver.Config) (fake, error) {
	if cfg.Transport == nil {
		cfg.Transport = transportOf(ctx)
	}
	srv, err := fakeserver.Listen(cfg)
	if err != nil {
		return fake{}, fmt.Errorf("%w: %w", ErrSubject, err)
	}
	return fake{server: srv, plan: cfg.Faults, memory: memoryOf(ctx)}, nil
}

// listenPacket starts a server for datagrams.
func listenPacket(ctx context.Context, cfg fakeserver.PacketConfig) (fake, error) {
	if cfg.Transport == nil {
		cfg.Transport = transportOf(ctx)
	}
	srv, err := fakeserver.ListenPacket(cfg)
	if err != nil {
		return fake{}, fmt.Errorf("%w: %w", ErrSubject, err)
	}
	return fake{server: srv, plan: cfg.Faults, memory: memoryOf(ctx)}, nil
}

// Stop ends all servers at the address.
func (f fake) Stop() error {
	if f.beside == nil {
		return f.server.Stop()
	}
	return errors.Join(f.server.Stop(), f.beside.Stop())
}

// Verify is the servers', too.
func (f fake) Verify() error {
	if f.beside == nil {
		return f.server.Verify()
	}
	return errors.Join(f.server.Verify(), f.beside.Verify())
}

// wasUsed reports whether a client came to one of the servers.
func (f fake) wasUsed() bool {
	return f.Transcript().Conns() > 0 || f.beside != nil && f.beside.Transcript().Conns() > 0
}

// stream returns the server as one for streams, and panics if it is not.
func (f fake) stream() *fakeserver.Server { return f.server.(*fakeserver.Server) }

// isPacket reports whether the server is one for datagrams.
func (f fake) isPacket() bool {
	_, is := f.server.(*fakeserver.PacketServer)
	return is
}

// canRefuse reports whether a server can refuse connections, or leave connects without
// an answer, and keep its port: in memory it can, and of kernels Linux's.
func canRefuse(ctx context.Context) bool { return memoryOf(ctx) != nil || runtime.GOOS == "linux" }

// refuse lets a server refuse connections.
func (f fake) refuse() error { return f.Down() }

// ignoreDials lets a server leave connects without an answer.
func (f fake) ignoreDials() error { return f.stream().IgnoreDials() }
