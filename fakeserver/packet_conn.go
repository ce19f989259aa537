package fakeserver

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A PacketConn puts the wire in front of a real server of datagrams, such as a DNS
// server. It is a net.PacketConn whose datagrams are recorded, and faulted by the
// plan: what is read comes FromClient, what is written goes ToClient. Peers are
// numbered in the order in which a datagram came from them, or went to them; what is
// written to an address goes to the peer that last sent something from there.
//
// It reads the socket below only while its user reads here. What the plan makes
// late waits in here and not in the socket; what it loses counts as sent.
type PacketConn struct {
	*peers
	sock      *packetSocket
	reader    lock // held by the call that reads the socket
	deadlines packetDeadlines
}

// WrapPacketConn returns a PacketConn above pc, which becomes its own: Close
// closes it.
//
// Of cfg it takes Faults, RecordLimit, RecordTo, PreciseDelays, Redact and Name. The rest is pc's, or its server's,
// business: if it is set, the error wraps ErrConfig, as it does if pc is the kernel's and
// this is a testing/synctest bubble. A bad plan's wraps
// fault.ErrPlan. pc stays the caller's then. The caller of WrapPacketConn must call
// Close; StartPacketConn does so at its test's end.
func WrapPacketConn(pc net.PacketConn, cfg PacketConfig) (*PacketConn, error) {
	return wrapPacketConn(pc, cfg, origin{})
}

func wrapPacketConn(pc net.PacketConn, cfg PacketConfig, o origin) (*PacketConn, error) {
	if err := cmp.Or(cfg.checkWrap(pc == nil), checkBubble(pc)); err != nil {
		return nil, err
	}
	if cfg.Name == "" {
		cfg.Name = "packet conn"
	}
	e := cfg.endpoint()
	e.network = pc.LocalAddr().Network()
	c := new(core)
	if err := c.compile(&e, o); err != nil {
		return nil, err
	}
	c.below = pc
	c.outages.refusal = fmt.Errorf("%w: the socket is its owner's: use a PacketServer", errors.ErrUnsupported)
	if err := c.checkOutages(c.compiled()); err != nil {
		return nil, err
	}
	c.settle(&e, pc.LocalAddr())
	k := &PacketConn{peers: newPeers(c), deadlines: packetDeadlines{c: c, pc: pc}}
	k.sock = newSingleSocket(pc, k.roster)
	k.sock.drops, _ = socket.Drops(pc) // what was lost before is not of this record
	k.out.sock.Store(k.sock)
	return k, nil
}

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
		if err := c.deadlines.checkRead(); err != nil {
			return 0, nil, err
		}
		d, due, changed := c.in.look()
		if changed == nil {
			return copy(p, d.Data), d.peer.returnAddr(), nil
		}
		c.deadlines.wakeAt(due)
		if _, err := c.sock.receive(&c.in); err != nil && !(isTimeout(err) && c.deadlines.wasWoken()) {
			return 0, nil, c.readError(err)
		}
	}
}

// readError records what is no timeout and no end.
func (c *PacketConn) readError(err error) error {
	if !isTimeout(err) && !isClosed(err) {
		c.rec.Add(transcript.Event{Kind: transcript.Error, Text: err.Error()})
	}
	return err
}

// WriteTo sends p to addr, as the plan lets it through. A datagram that the plan
// loses, or sends later, counts as sent.
func (c *PacketConn) WriteTo(p []byte, addr net.Addr) (int, error) {
	if err := c.deadlines.takeTurn(&c.out.turn); err != nil {
		return 0, err
	}
	defer c.out.turn.unlock()
	c.out.catchUpLocked()
	c.deadlines.beginWrite()
	defer c.deadlines.endWrite()
	if addr == nil {
		return c.sock.pc.WriteTo(p, nil) // whose error says it best
	}
	return c.out.sendToLocked(addrPortOf(addr), addr, p)
}

// LocalAddr returns the address of the socket below, as a net.PacketConn does. Address is what
// to hand to a client.
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
func (c *PacketConn) SetReadDeadline(t time.Time) error { return c.deadlines.setRead(t) }

// SetWriteDeadline makes WriteTos, blocked ones too, fail after t with
// os.ErrDeadlineExceeded. If t is zero, they don't. What was to leave later does so.
func (c *PacketConn) SetWriteDeadline(t time.Time) error { return c.deadlines.setWrite(t) }

// Close closes the socket, unblocks every ReadFrom and WriteTo, and waits for every
// goroutine. The record names each datagram that the plan kept until then, in either
// direction, and each that had arrived and was not read, where the socket tells. It gives up
// on a socket whose ReadFrom goes on after its deadline and its Close, and its error names that.
// Further calls return net.ErrClosed; the accessors work afterwards.
func (c *PacketConn) Close() error {
	if !c.ended.begin() {
		return c.deadlines.opError("close", net.ErrClosed)
	}
	defer c.ended.end()
	c.endBy(c.close)
	return c.endErr
}

// Stop is Close that may be called more than once, and from several goroutines, also after
// Close: each call waits for the end and returns the same error.
func (c *PacketConn) Stop() error { return c.end(c.close) }

func (c *PacketConn) close() error {
	c.cancel()
	c.deadlines.forgetDue()
	c.takeRest()
	c.sock.noteDrops()
	err := ignoreClosed(c.sock.pc.Close()) // which ends a WriteTo that is blocked; its owner may have closed it
	c.sock.release()
	c.out.forgetSocket("closed")
	c.joined(closeGrace)
	if c.reader.lockWithin(closeGrace) {
		defer c.reader.unlock()
	} else {
		c.sock.abandoned.Store(true)
		err = errors.Join(err, fmt.Errorf("fakeserver: %s: Close: %w", c.name, c.sock.deaf()))
	}
	c.in.nameUnread("closed: not read")
	c.rec.Add(transcript.Event{Kind: transcript.Refused, Text: "closed: refusing datagrams"})
	return err
}

// takeRest takes what has arrived into the record, unless a reader does not let go of the
// socket. One whose socket can't tell what waits takes nothing.
func (c *PacketConn) takeRest() {
	if _, err := socket.Waiting(c.sock.pc); err != nil {
		return
	}
	c.deadlines.wake()
	if !c.reader.lockWithin(closeGrace) {
		return
	}
	defer c.reader.unlock()
	c.sock.pc.SetReadDeadline(time.Time{})
	for range maxRest {
		if n, err := socket.Waiting(c.sock.pc); err != nil || n == 0 {
			return
		}
		if _, err := c.sock.receive(&c.in); err != nil {
			return
		}
	}
}
