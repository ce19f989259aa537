package port

import (
	"context"
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// A transport is an address on a Transport, which keeps it if its sockets can be suspended. Otherwise it is free while
// the server is down, and taken again.
type transport[S Socket] struct {
	kind          *kind[S]
	network       Transport
	name, address string
	receiveBuffer int
	keeps         bool // sockets can be suspended

	// Of a suspended socket; else nil.
	again   func() (S, error)
	release func()
}

func takeTransport[S Socket](s Spec, k *kind[S]) (*Port[S], error) {
	t := &transport[S]{kind: k, network: s.Transport, name: s.Network, address: s.Address, receiveBuffer: s.ReceiveBuffer}
	return t.take(t, s)
}

// take opens a socket to learn the address, which k is to keep.
func (t *transport[S]) take(k keeper[S], s Spec) (*Port[S], error) {
	first, err := t.listen()
	if err != nil {
		return nil, err
	}
	addr := t.kind.addr(first)
	t.address, t.keeps = addr.String(), t.kind.keeps(first)
	return &Port[S]{keeper: k, spec: s, addr: addr, socket: first, pending: true, silence: t.kind.silence(first)}, nil
}

func (t *transport[S]) listen() (S, error) {
	if again := t.again; again != nil {
		t.again, t.release = nil, nil
		return again()
	}
	s, err := t.kind.listen(t.network, context.Background(), t.name, t.address)
	if err == nil && t.receiveBuffer > 0 {
		socket.SetReadBuffer(s, t.receiveBuffer) // a Transport may do without
	}
	return s, err
}

func (t *transport[S]) keep(S) error { return nil }

func (t *transport[S]) suspend(s S) {
	again, release, err := t.kind.suspend(s)
	if err != nil {
		s.Close()
		return
	}
	t.again, t.release = again, release
}

func (t *transport[S]) canKeep() error {
	if !t.keeps {
		return fmt.Errorf("keeping the address while refusing clients: %w on this Transport, whose sockets have no Suspend", errors.ErrUnsupported)
	}
	return nil
}

func (t *transport[S]) canRefuse() error { return nil }

func (t *transport[S]) giveUp() {
	if t.release != nil {
		t.release()
		t.again, t.release = nil, nil
	}
}

// An unguarded address is the kernel's where it has no guards: a stranger could take it while no socket listens.
type unguarded[S Socket] struct{ *transport[S] }

func takeUnguarded[S Socket](s Spec, k *kind[S]) (*Port[S], error) {
	t := &transport[S]{kind: k, network: Kernel{s.ReceiveBuffer}, name: s.Network, address: s.Address}
	return t.take(unguarded[S]{t}, s)
}

func (u unguarded[S]) canKeep() error { return u.canRefuse() }

func (unguarded[S]) canRefuse() error { return errUnguarded }
