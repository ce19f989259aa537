package port

import (
	"context"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// A guard keeps a port of the kernel's: a socket that is bound and never listens. While no other listens beside it, a
// client is refused, and no stranger gets the port.
type guard[S Socket] struct {
	*kernel.Guard
	kind          *kind[S]
	receiveBuffer int
}

func takeGuarded[S Socket](s Spec, k *kind[S]) (*Port[S], error) {
	g, err := k.guard(s.Network, s.Address)
	if err != nil {
		return nil, err
	}
	return &Port[S]{keeper: &guard[S]{g, k, s.ReceiveBuffer}, spec: s, addr: k.guarded(g)}, nil
}

func (g *guard[S]) listen() (S, error) {
	return g.kind.beside(g.Guard, context.Background(), Kernel{g.receiveBuffer}.config())
}

func (g *guard[S]) suspend(s S)      { s.Close() }
func (g *guard[S]) canKeep() error   { return nil }
func (g *guard[S]) canRefuse() error { return nil }
func (g *guard[S]) giveUp()          { g.Guard.Close() }
