package fakeserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// A port is the address that a server owns for its whole life. On the kernel's
// network a guard socket, bound and never listening, keeps it while the server is
// down: nobody else gets the port, and who dials it is refused. A unix socket's
// file does that by itself.
type port struct {
	place
	guard *kernel.Guard // nil on another transport, or where the platform has none
	file  *socketFile   // of a unix socket; else nil
	addr  net.Addr

	// What openPort had to open to learn the address, where there is no guard.
	ln net.Listener
	pc net.PacketConn

	// What takes up again what was suspended, or gives it up, where the transport keeps
	// the address.
	againLn func() (net.Listener, error)
	againPC func() (net.PacketConn, error)
	release func()
}

// openPort takes the port.
func openPort(p place) (*port, error) {
	pt := &port{place: p}
	if p.isUnix() {
		return pt, pt.explain(pt.openFile())
	}
	if p.transport == nil {
		err := pt.openGuard()
		if err == nil || !errors.Is(err, errors.ErrUnsupported) {
			return pt, pt.explain(err)
		}
		pt.place.transport = kernelTransport{p.receiveBuffer}
	}
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
	if err := cmp.Or(checkBubble(pt.ln), checkBubble(pt.pc)); err != nil {
		pt.close()
		return nil, err
	}
	pt.setReadBuffer(pt.ln)
	pt.setReadBuffer(pt.pc)
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
	p.place.transport = kernelTransport{p.receiveBuffer}
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
	if again := p.againLn; again != nil {
		p.againLn, p.release = nil, nil
		ln, err := again()
		return ln, p.explain(err)
	}
	if p.guard != nil {
		ln, err := p.guard.Listen(context.Background(), kernelTransport{p.receiveBuffer}.config())
		return ln, p.explain(err)
	}
	if p.file != nil {
		ln, err := p.file.listen()
		return ln, p.explain(err)
	}
	ln, err := p.transport.Listen(context.Background(), p.network, p.addr.String())
	p.setReadBuffer(ln)
	return ln, p.explain(err)
}

// listenPacket opens the port for datagrams.
func (p *port) listenPacket() (net.PacketConn, error) {
	if pc := p.pc; pc != nil {
		p.pc = nil
		return pc, nil
	}
	if again := p.againPC; again != nil {
		p.againPC, p.release = nil, nil
		pc, err := again()
		return pc, p.explain(err)
	}
	if p.guard != nil {
		pc, err := p.guard.ListenPacket(context.Background(), kernelTransport{p.receiveBuffer}.config())
		return pc, p.explain(err)
	}
	if p.file != nil {
		pc, err := p.file.listenPacket()
		return pc, p.explain(err)
	}
	pc, err := p.transport.ListenPacket(context.Background(), p.network, p.addr.String())
	p.setReadBuffer(pc)
	return pc, p.explain(err)
}

// setReadBuffer gives a listener or a socket of another transport the receive buffer that is
// wanted, if it takes one. The kernel's have theirs.
func (p *port) setReadBuffer(opened any) {
	if _, real := p.transport.(kernelTransport); real || p.receiveBuffer == 0 {
		return
	}
	socket.SetReadBuffer(opened, p.receiveBuffer)
}

// suspend closes ln, and keeps its address if the transport can.
func (p *port) suspend(ln net.Listener) {
	again, release, err := socket.Suspend(ln)
	if err != nil {
		ln.Close()
		return
	}
	p.againLn, p.release = again, release
}

// suspendPacket is suspend for datagrams.
func (p *port) suspendPacket(pc net.PacketConn) {
	again, release, err := socket.SuspendPacket(pc)
	if err != nil {
		pc.Close()
		return
	}
	p.againPC, p.release = again, release
}

// canRefuse says why the port can't be kept while nobody listens on it.
func (p *port) canRefuse() error {
	if p.file != nil {
		return p.file.canRefuse()
	}
	if _, real := p.transport.(kernelTransport); real && p.guard == nil {
		return fmt.Errorf("refusing connections while keeping the port: %w on this platform", errors.ErrUnsupported)
	}
	return nil
}

// close gives the port up.
func (p *port) close() {
	if p.release != nil {
		p.release()
	}
	if p.guard != nil {
		p.guard.Close()
	}
	if p.ln != nil {
		p.ln.Close()
	}
	if p.pc != nil {
		p.pc.Close()
	}
	if p.file != nil {
		p.file.remove()
	}
}
