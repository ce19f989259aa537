package fakeserver

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A PacketConn puts the wire in front of a real server of datagrams, such as a DNS
// server. It is a net.PacketConn whose datagrams are recorded, and faulted by the
// plan: what is read comes FromClient, what is written goes ToClient. Peers are
// numbered in the order in which a datagram came from them, or went to them; what is
// written to an address goes to the peer that last sent something from there.
//
// It reads the socket below only while somebody reads here. What the plan makes
// late waits in here and not in the socket; what it loses counts as sent.
type PacketConn struct {
	*core
	srv    *PacketServer // has the peers; it has no socket and no goroutine of its own
	sock   *packetSocket
	reader lock // held by who reads

	mu      sync.Mutex // guards what follows
	readBy  time.Time
	writeBy time.Time
	due     time.Time // when something that waits in here is to be read
	writing int       // WriteTo calls under way
}

// WrapPacketConn returns a PacketConn above pc, which becomes its own: Close
// closes it.
//
// Of cfg it takes Faults, RecordLimit and Name. The rest is pc's, or its server's,
// business: if it is set, the error wraps ErrConfig, as it does if pc is the kernel's and
// this is a testing/synctest bubble. A bad plan's wraps
// fault.ErrPlan. pc stays the caller's then. Whoever calls WrapPacketConn must call
// Close; StartPacketConn does so at its test's end.
func WrapPacketConn(pc net.PacketConn, cfg PacketConfig) (*PacketConn, error) {
	s, err := wrapPacketConn(pc, cfg, origin{})
	return s.PacketConn, err
}

func wrapPacketConn(pc net.PacketConn, cfg PacketConfig, o origin) (packetStopper, error) {
	if err := cmp.Or(cfg.checkWrap(pc == nil), checkBubble(pc)); err != nil {
		return packetStopper{}, err
	}
	if cfg.Name == "" {
		cfg.Name = "packet conn"
	}
	e := cfg.endpoint()
	e.network = pc.LocalAddr().Network()
	c, err := compile(&e, o)
	if err != nil {
		return packetStopper{}, err
	}
	c.settle(e.network, pc.LocalAddr(), cfg.RecordLimit)
	k := &PacketConn{core: c, srv: newPacketServer(c), reader: newLock()}
	k.sock = newSingleSocket(pc, k.srv)
	k.sock.drops, _ = socket.Drops(pc) // what was lost before is not of this record
	k.srv.sock = k.sock
	return packetStopper{k}, nil
}

// A packetStopper is a PacketConn as a test's end sees it.
type packetStopper struct{ *PacketConn }

// Close closes the PacketConn, unless the test has done so.
func (s packetStopper) Close() error { return ignoreClosed(s.PacketConn.Close()) }

// checkWrap refuses what a socket that exists already makes senseless.
func (cfg *PacketConfig) checkWrap(none bool) error {
	return checkWrap("net.PacketConn", none, map[string]bool{
		"Network": cfg.Network != "", "Addr": cfg.Addr != "", "Transport": cfg.Transport != nil,
		"Handler": cfg.Handler != nil, "ReceiveBuffer": cfg.ReceiveBuffer != 0, "StartDown": cfg.StartDown,
	})
}

// ReadFrom waits for a datagram that the plan lets through, copies it into p, and
// returns its sender. What does not fit into p is lost, but is in the record.
func (c *PacketConn) ReadFrom(p []byte) (int, net.Addr, error) {
	c.reader.lock()
	defer c.reader.unlock()
	for {
		if err := c.check("read", &c.readBy); err != nil {
			return 0, nil, err
		}
		d, due, changed := c.srv.inbox.look()
		if changed == nil {
			return copy(p, d.Data), d.peer.returnAddr(), nil
		}
		c.wakeAt(due)
		if _, err := c.sock.receive(c.srv.receive); err != nil && !(isTimeout(err) && c.wasWoken()) {
			return 0, nil, c.readError(err)
		}
	}
}

// WriteTo sends p to addr, as the plan lets it through. A datagram that the plan
// loses, or sends later, counts as sent.
func (c *PacketConn) WriteTo(p []byte, addr net.Addr) (int, error) {
	if err := c.check("write", &c.writeBy); err != nil {
		return 0, err
	}
	if addr == nil {
		return c.sock.pc.WriteTo(p, nil) // whose error says it best
	}
	c.beginWrite()
	defer c.endWrite()
	return c.srv.send(c.srv.addressee(addrPortOf(addr), addr), p)
}

// LocalAddr returns the address of the socket below.
func (c *PacketConn) LocalAddr() net.Addr { return c.sock.pc.LocalAddr() }

// SetDeadline sets both deadlines.
func (c *PacketConn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline makes ReadFroms, blocked ones too, fail after t with
// os.ErrDeadlineExceeded. If t is zero, they don't.
func (c *PacketConn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.readBy = t
	return c.setReadDeadlineLocked(earlier(t, c.due))
}

// setReadDeadlineLocked sets that of the socket, unless Close has begun, which wakes the
// reader. It needs mu.
func (c *PacketConn) setReadDeadlineLocked(t time.Time) error {
	if c.isClosing() {
		return c.opError("set", net.ErrClosed)
	}
	return c.sock.pc.SetReadDeadline(t)
}

// SetWriteDeadline makes WriteTos, blocked ones too, fail after t with
// os.ErrDeadlineExceeded. If t is zero, they don't. What was to leave later does so.
func (c *PacketConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writeBy = t
	if c.writing == 0 {
		t = time.Time{}
	}
	return c.sock.pc.SetWriteDeadline(t)
}

// Transcript returns a snapshot of the record. It copies no bytes. What the kernel
// has lost so far is in it.
func (c *PacketConn) Transcript() transcript.Transcript { return c.srv.Transcript() }

// Wait sleeps until cond holds for the record, which it is asked at every new
// event. When ctx is done first, or the PacketConn is closed, it returns an error
// that wraps the cause, or net.ErrClosed, and shows the record.
func (c *PacketConn) Wait(ctx context.Context, cond func(transcript.Transcript) bool) error {
	return c.srv.Wait(ctx, cond)
}

// SetFaults replaces the plan while datagrams flow, as PacketServer.SetFaults does.
func (c *PacketConn) SetFaults(p fault.Plan) error { return c.srv.SetFaults(p) }

// check returns the error of an operation after Close, or after its deadline.
func (c *PacketConn) check(op string, by *time.Time) error {
	if c.isClosing() {
		return c.opError(op, net.ErrClosed)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if hasPassed(*by) {
		return c.opError(op, os.ErrDeadlineExceeded)
	}
	return nil
}

// wakeAt lets the socket's next read end at the deadline, or when due.
func (c *PacketConn) wakeAt(due time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due = due
	c.setReadDeadlineLocked(earlier(c.readBy, due))
}

// wasWoken reports whether a timeout was one of ours.
func (c *PacketConn) wasWoken() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return hasPassed(c.readBy) || hasPassed(c.due) || c.isClosing()
}

// beginWrite lends the socket the deadline, which is for calls of WriteTo only.
func (c *PacketConn) beginWrite() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing++
	c.sock.pc.SetWriteDeadline(c.writeBy)
}

func (c *PacketConn) endWrite() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writing--; c.writing == 0 {
		c.sock.pc.SetWriteDeadline(time.Time{})
	}
}

// readError records what is no timeout and no end.
func (c *PacketConn) readError(err error) error {
	if !isTimeout(err) && !isClosed(err) {
		c.rec.Add(transcript.Event{Kind: transcript.Error, Text: err.Error()})
	}
	return err
}

func (c *PacketConn) opError(op string, err error) error {
	here := c.LocalAddr()
	return &net.OpError{Op: op, Net: here.Network(), Source: here, Err: err}
}

// returnAddr returns the peer's address for somebody who may change it; nil, if it
// has none.
func (p *peer) returnAddr() net.Addr {
	if p.ap != (netip.AddrPort{}) {
		return net.UDPAddrFromAddrPort(p.ap)
	}
	return p.addr
}
