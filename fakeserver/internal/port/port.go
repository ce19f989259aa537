// Package port keeps an address for a server's whole life, whether a socket of the server's listens there or not.
//
//	p, err := port.Listen(port.Spec{Network: "tcp", Address: "127.0.0.1:0"})
//	ln, err := p.Open() // up: a client is accepted
//	err = p.Keep()      // before it goes down
//	p.Suspend()         // down: a client is refused, and no stranger gets the address
//	ln, err = p.Open()  // up again, at the same address
//	p.Close()
//
// There are three ways to keep an address, each a keeper in a file of its own: a guard socket keeps a port of the
// kernel's, a unix socket's file keeps its path, and a Transport keeps what its sockets can suspend. Adopt does the same for a
// listener that is there already.
package port

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// A Spec says which address to keep.
type Spec struct {
	Network, Address string
	// Transport is the network. If nil, the kernel's.
	Transport Transport
	// ReceiveBuffer is the size in bytes of receive buffers. If zero, the default.
	ReceiveBuffer int
	// Down says that no socket is to listen before Open.
	Down bool
	// Check may refuse a socket that was opened to learn the address, with an error that Listen then returns. If nil,
	// there is no check.
	Check func(socket any) error
}

// A Transport is a network: see fakeserver.Transport.
type Transport interface {
	Listen(ctx context.Context, network, address string) (net.Listener, error)
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)
}

// A Socket is a net.Listener or a net.PacketConn.
type Socket interface {
	comparable
	io.Closer
}

// A Port is an address that is kept, and the socket that listens there, if any. Its methods are for one goroutine at a
// time.
type Port[S Socket] struct {
	keeper  keeper[S]
	spec    Spec
	addr    net.Addr
	socket  S     // that listens; nil while none does
	pending bool  // Open has not returned it yet: it was opened to learn the address
	silence error // why dials can't be left without an answer; nil if they can
}

// A keeper keeps an address in one of three ways.
type keeper[S Socket] interface {
	listen() (S, error) // opens a socket there
	keep(S) error       // sees to it that suspend keeps the address
	suspend(S)          // closes what listen returned
	canKeep() error     // why the address may be lost, or clients are not refused, while no socket listens
	canRefuse() error   // why clients are not refused while no socket listens; nil, if they are
	giveUp()            // lets others have the address, once no socket listens
}

// Listen takes an address for streams.
func Listen(s Spec) (*Port[net.Listener], error) { return take(s, &streams) }

// ListenPacket takes an address for datagrams.
func ListenPacket(s Spec) (*Port[net.PacketConn], error) { return take(s, &datagrams) }

func take[S Socket](s Spec, k *kind[S]) (*Port[S], error) {
	p, err := takeAs(s, k)
	if err != nil {
		return nil, s.explain(err)
	}
	if s.Check == nil {
		return p, nil
	}
	if err := s.Check(p.socket); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// takeAs chooses the way.
func takeAs[S Socket](s Spec, k *kind[S]) (*Port[S], error) {
	if s.Transport != nil {
		return takeTransport(s, k)
	}
	if s.Network == k.unix {
		return takeFile(s, k)
	}
	p, err := takePort(s, k)
	if errors.Is(err, errors.ErrUnsupported) {
		return takeUnguarded(s, k)
	}
	return p, err
}

// explain says what was to be done.
func (s *Spec) explain(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("fakeserver: can't listen on %s %s: %w", s.Network, s.Address, err)
}

// Addr returns the address, with the port that was chosen.
func (p *Port[S]) Addr() net.Addr { return p.addr }

// Open returns a socket that listens at the address. Call it when none does.
func (p *Port[S]) Open() (S, error) {
	if p.pending {
		p.pending = false
		return p.socket, nil
	}
	s, err := p.keeper.listen()
	if err != nil {
		var none S
		return none, p.spec.explain(err)
	}
	p.socket = s
	return s, nil
}

// Keep sees to it that the address is kept while no socket listens, from now on. It is for before Suspend; a second call does nothing.
// If it fails, the socket goes on listening.
func (p *Port[S]) Keep() error {
	var none S
	if p.socket == none {
		return nil
	}
	if err := p.keeper.keep(p.socket); err != nil {
		return fmt.Errorf("can't keep %v: %w", p.addr, err)
	}
	return nil
}

// Suspend closes the socket, if there is one. The address is kept if Keep has seen to it.
func (p *Port[S]) Suspend() {
	var none S
	if s := p.socket; s != none {
		p.socket, p.pending = none, false
		p.keeper.suspend(s)
	}
}

// CanRefuse returns why clients can't be refused while the address is kept. The error wraps errors.ErrUnsupported.
func (p *Port[S]) CanRefuse() error { return p.keeper.canRefuse() }

// CanKeep returns why the address is not kept while no socket listens, or why clients can't be refused then: what a plan
// demands. The error wraps errors.ErrUnsupported.
func (p *Port[S]) CanKeep() error { return p.keeper.canKeep() }

// CanBeSilent returns why clients' dials can't be left without an answer. The error wraps errors.ErrUnsupported.
func (p *Port[S]) CanBeSilent() error { return p.silence }

// Close closes the socket, if there is one, and gives the address up.
func (p *Port[S]) Close() {
	p.Suspend()
	p.keeper.giveUp()
}

// A kind is what listening for streams and for datagrams differ in.
type kind[S Socket] struct {
	unix    string // the network whose addresses are paths
	listen  func(t Transport, ctx context.Context, network, address string) (S, error)
	addr    func(S) net.Addr
	keeps   func(S) bool  // whether suspend works
	silence func(S) error // why dials can't be left without an answer
	suspend func(S) (again func() (S, error), release func(), err error)
	guard   func(network, address string) (*kernel.Guard, error)
	// guardBeside binds a guard beside a socket that listens; nil: the guard has to come first.
	guardBeside func(S) (*kernel.Guard, error)
	beside      func(g *kernel.Guard, ctx context.Context, lc net.ListenConfig) (S, error)
	guarded     func(g *kernel.Guard) net.Addr
}

var streams = kind[net.Listener]{
	unix:        "unix",
	listen:      Transport.Listen,
	addr:        net.Listener.Addr,
	keeps:       socket.CanSuspend,
	silence:     socket.CanBeSilent,
	suspend:     socket.Suspend,
	guard:       kernel.GuardTCP,
	guardBeside: kernel.GuardListener,
	beside:      (*kernel.Guard).Listen,
	guarded:     func(g *kernel.Guard) net.Addr { return net.TCPAddrFromAddrPort(g.AddrPort()) },
}

var datagrams = kind[net.PacketConn]{
	unix:    "unixgram",
	listen:  Transport.ListenPacket,
	addr:    net.PacketConn.LocalAddr,
	keeps:   socket.CanSuspendPacket,
	silence: func(net.PacketConn) error { return errors.ErrUnsupported }, // there are no dials
	suspend: socket.SuspendPacket,
	guard:   kernel.GuardUDP,
	beside:  (*kernel.Guard).ListenPacket,
	guarded: func(g *kernel.Guard) net.Addr { return net.UDPAddrFromAddrPort(g.AddrPort()) },
}
