package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Peer is a client of a PacketServer, in conversation with a PeerHandler. Its methods may be called from several
// goroutines, Write also after ServePeer has returned.
type Peer struct {
	s       *peers
	client  *peer
	handler PeerHandler
	step    atomic.Pointer[string]
	at      atomic.Int64 // the number of the datagram that Next returned last
	inbox   schedule[delivery]

	coming   int  // datagrams that the plan delivers, or may do so yet; the actions' mu guards it
	replaced bool // another handler has what comes from now on; the actions' mu guards it

	mu    sync.Mutex // guards what follows
	state conversing
}

// Number returns the client's number, as Packet.Conn.
func (p *Peer) Number() int { return p.client.n }

// RemoteAddr returns the client's address, or nil if it has none, as a unix socket that is not bound.
func (p *Peer) RemoteAddr() net.Addr { return p.client.returnAddr() }

// Next waits for the next datagram of the client that the plan delivers, and returns it. It returns io.EOF when
// none will come any more because SetHandler has set another handler, and what came before that is read.
//
// When the server closes before that, its error wraps net.ErrClosed, whatever has come by then: see Ready. When ctx is done first,
// it wraps the cause, and os.ErrDeadlineExceeded, too, if that is a deadline's.
func (p *Peer) Next(ctx context.Context) (Packet, error) { return p.next(ctx, time.Time{}) }

// next is Next until a time (zero: forever), after which its error is a timeout.
func (p *Peer) next(ctx context.Context, until time.Time) (Packet, error) {
	for {
		if p.s.isClosing() {
			if p.isOver() { // however late this looks
				return Packet{}, io.EOF
			}
			return Packet{}, p.opError("read", net.ErrClosed)
		}
		if ctx.Err() != nil {
			return Packet{}, p.opError("read", contextError(ctx))
		}
		d, due, changed, over := p.look()
		switch {
		case changed == nil:
			return d.Packet, nil
		case over:
			return Packet{}, io.EOF
		}
		if hasPassed(until) {
			return Packet{}, p.opError("read", os.ErrDeadlineExceeded)
		}
		p.sleep(ctx, changed, earliest(due, until))
	}
}

// Ready returns the next datagram if it is there already. It also does so when the server has closed, for a handler
// that wants to know what had come by then; Next does not.
func (p *Peer) Ready() (Packet, bool) {
	d, _, changed, _ := p.look()
	return d.Packet, changed == nil
}

// Write sends a datagram to the client, through the plan's faults and into the record, at any time. One that the plan loses
// counts as sent. When the server is down or closed, its error wraps net.ErrClosed; that it was down is in the record.
func (p *Peer) Write(b []byte) (int, error) {
	n, err := p.s.out.send(p.client, b)
	if p.isLost(err) {
		p.note(transcript.Note, fmt.Sprintf("a datagram of %s did not leave: the server is down", human.CountGrouped(len(b), "byte")))
	}
	return n, err
}

// isLost reports whether a Write's error says no more than that the server is down: it may be up again.
func (p *Peer) isLost(err error) bool { return errors.Is(err, net.ErrClosed) && !p.s.isClosing() }

// Step names what the handler is doing, for the error of a Close that has to give up on it.
func (p *Peer) Step(name string) { p.step.Store(&name) }

// Hold waits at a gate, as [Conn.Hold] does, until PacketServer.Release. When the server closes, its error wraps net.ErrClosed.
func (p *Peer) Hold(gate string) error {
	g, held := p.s.gates.hold(gate, func(text string) {
		p.note(transcript.Note, text)
	})
	if held {
		g.enter()
		p.s.core.sleep(g.open)
	}
	if p.s.isClosing() {
		return p.opError("hold", net.ErrClosed)
	}
	return nil
}

// look takes the next datagram if it is due, as schedule.look does. If none is there, it says whether that is for good.
func (p *Peer) look() (d delivery, due time.Time, changed <-chan struct{}, over bool) {
	a := p.s.actions
	a.mu.Lock()
	defer a.mu.Unlock()
	d, due, changed = p.inbox.look()
	if changed != nil {
		return d, due, changed, p.isOverLocked()
	}
	p.s.in.readyLocked(&d)
	p.coming--
	p.at.Store(d.Number)
	return d, due, nil, false
}

// isOver reports whether no datagram will come any more because another handler has been set.
func (p *Peer) isOver() bool {
	a := p.s.actions
	a.mu.Lock()
	defer a.mu.Unlock()
	return p.isOverLocked()
}

// isOverLocked needs the actions' mu.
func (p *Peer) isOverLocked() bool { return p.replaced && p.coming == 0 }

// sleep waits for a change, for a time (zero: never), for ctx, or for the server to close.
func (p *Peer) sleep(ctx context.Context, changed <-chan struct{}, due time.Time) {
	at := p.s.alarmAt(due)
	defer at.Stop()
	select {
	case <-changed:
	case <-at.C:
	case <-ctx.Done():
	case <-p.s.ctx.Done():
	}
}

// note records something about the peer.
func (p *Peer) note(k transcript.Kind, text string) {
	p.s.rec.Add(transcript.Event{Conn: p.client.n, Kind: k, Text: text})
}

// opError wraps err as a socket would.
func (p *Peer) opError(op string, err error) error {
	here := p.s.localAddr()
	return &net.OpError{Op: op, Net: here.Network(), Source: here, Addr: p.client.returnAddr(), Err: err}
}

// contextError is why a context is done. Of a deadline, it is a socket's error, too.
func contextError(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", os.ErrDeadlineExceeded, context.Cause(ctx))
	}
	return context.Cause(ctx)
}
