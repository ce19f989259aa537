package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// A port is the address that a server owns for its whole life. On the kernel's
// network a guard socket, bound and never listening, keeps it while the server is
// down: nobody else gets the port, and who dials it is refused.
type port struct {
	place
	guard *kernel.Guard // nil on another transport, or where the platform has none
	addr  net.Addr
	bind  string // the address to listen on, its port settled

	// What openPort had to open to learn the address, where there is no guard.
	ln net.Listener
	pc net.PacketConn
}

// openPort takes the port.
func openPort(p place) (*port, error) {
	pt := &port{place: p}
	if p.transport == nil {
		err := pt.openGuard()
		if err == nil || !errors.Is(err, errors.ErrUnsupported) {
			return pt, pt.explain(err)
		}
		pt.place.transport = kernelTransport{receiveBuffer: p.receiveBuffer}
	}
	pt.bind = p.addr
	var err error
	if p.family == "udp" {
		if pt.pc, err = pt.transport.ListenPacket(context.Background(), p.network, p.addr); err == nil {
			pt.addr = pt.pc.LocalAddr()
		}
	} else {
		if pt.ln, err = pt.transport.Listen(context.Background(), p.network, p.addr); err == nil {
			pt.addr = pt.ln.Addr()
		}
	}
	if err != nil {
		return nil, pt.explain(err)
	}
	pt.bind = pt.addr.String()
	return pt, nil
}

// openGuard takes the port with a guard socket.
func (p *port) openGuard() error {
	guard := kernel.GuardTCP
	if p.family == "udp" {
		guard = kernel.GuardUDP
	}
	g, err := guard(p.network, p.place.addr)
	if err != nil {
		return err
	}
	p.guard = g
	p.place.transport = kernelTransport{receiveBuffer: p.receiveBuffer, guarded: true}
	host, _, _ := net.SplitHostPort(p.place.addr)
	p.bind = net.JoinHostPort(host, strconv.Itoa(int(g.AddrPort().Port())))
	if p.family == "udp" {
		p.addr = net.UDPAddrFromAddrPort(g.AddrPort())
	} else {
		p.addr = net.TCPAddrFromAddrPort(g.AddrPort())
	}
	return nil
}

func (p *port) explain(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("fakeserver: can't listen on %s %s: %w", p.network, p.place.addr, err)
}

// listen opens the port for connections.
func (p *port) listen() (net.Listener, error) {
	if ln := p.ln; ln != nil {
		p.ln = nil
		return ln, nil
	}
	if p.guard != nil {
		if err := p.guard.Open(); err != nil {
			return nil, p.explain(err)
		}
	}
	ln, err := p.transport.Listen(context.Background(), p.network, p.bind)
	return ln, p.explain(err)
}

// listenPacket opens the port for datagrams.
func (p *port) listenPacket() (net.PacketConn, error) {
	if pc := p.pc; pc != nil {
		p.pc = nil
		return pc, nil
	}
	if p.guard != nil {
		if err := p.guard.Open(); err != nil {
			return nil, p.explain(err)
		}
	}
	pc, err := p.transport.ListenPacket(context.Background(), p.network, p.bind)
	if err != nil || p.guard == nil {
		return pc, p.explain(err)
	}
	// Both sockets had to allow sharing to get here; from now on nobody else may.
	if err := errors.Join(kernel.NoReuseAddr(pc), p.guard.Shut()); err != nil {
		pc.Close()
		return nil, p.explain(err)
	}
	return pc, nil
}

// canRefuse says why the port can't be kept while nobody listens on it.
func (p *port) canRefuse() error {
	if _, real := p.transport.(kernelTransport); real && p.guard == nil {
		return fmt.Errorf("refusing connections while keeping the port: %w on this platform", errors.ErrUnsupported)
	}
	return nil
}

// shut keeps strangers from the port while nobody listens on it.
func (p *port) shut() error {
	if p.guard == nil {
		return nil
	}
	return p.guard.Shut()
}

// close gives the port up.
func (p *port) close() {
	if p.guard != nil {
		p.guard.Close()
	}
	if p.ln != nil {
		p.ln.Close()
	}
	if p.pc != nil {
		p.pc.Close()
	}
}
