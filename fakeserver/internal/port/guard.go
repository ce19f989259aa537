package port

import (
	"context"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// A guard keeps a port of the kernel's: a socket that is bound and never listens. While no other listens beside it, a
// client is refused, and no stranger gets the port.
//
// A listener gets its guard when it is about to be closed, if ever: most servers never go down. A socket for datagrams comes after
// its guard, since that, bound beside it, would get some of them, until it is connected to itself.
type guard[S Socket] struct {
	*kernel.Guard // nil before the first keep
	kind          *kind[S]
	receiveBuffer int
}

// takePort takes a port of the kernel's. Where there are no guards, or not for such an address, the error wraps errors.ErrUnsupported.
func takePort[S Socket](s Spec, k *kind[S]) (*Port[S], error) {
	if k.guardBeside == nil || s.Down {
		return takeGuarded(s, k)
	}
	if kernel.CanGuard() != nil {
		return nil, errUnguarded
	}
	first, err := k.listen(Kernel{s.ReceiveBuffer}, context.Background(), s.Network, s.Address)
	if err != nil {
		return nil, err
	}
	return guardedPort(nil, k, Port[S]{spec: s, addr: k.addr(first), socket: first, pending: true, silence: k.silence(first)}), nil
}

// takeGuarded is takePort without a socket that listens.
func takeGuarded[S Socket](s Spec, k *kind[S]) (*Port[S], error) {
	g, err := k.guard(s.Network, s.Address)
	if err != nil {
		return nil, err
	}
	return guardedPort(g, k, Port[S]{spec: s, addr: k.guarded(g)}), nil
}

// guardedPort is p with a guard for its keeper. They are one allocation.
func guardedPort[S Socket](g *kernel.Guard, k *kind[S], p Port[S]) *Port[S] {
	both := &struct {
		Port[S]
		guard[S]
	}{p, guard[S]{g, k, p.spec.ReceiveBuffer}}
	both.keeper = &both.guard
	return &both.Port
}

// errUnguarded is why a port can't be kept.
var errUnguarded = fmt.Errorf("refusing connections while keeping the port: %w on this platform", errors.ErrUnsupported)

func (g *guard[S]) keep(s S) (err error) {
	if g.Guard == nil {
		g.Guard, err = g.kind.guardBeside(s)
	}
	return err
}

func (g *guard[S]) listen() (S, error) {
	return g.kind.beside(g.Guard, context.Background(), Kernel{g.receiveBuffer}.config())
}

func (g *guard[S]) suspend(s S)      { s.Close() }
func (g *guard[S]) canKeep() error   { return nil }
func (g *guard[S]) canRefuse() error { return nil }

func (g *guard[S]) giveUp() {
	if g.Guard != nil {
		g.Guard.Close()
	}
}
