package fakeserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A packetSession is a client's, from a datagram on until nothing has passed for a while.
type packetSession struct {
	proxy PacketProxy
	p     *Peer
	leg   *packetLeg // nil: there is no socket
}

// run passes on what the client sends.
func (s *packetSession) run(ctx context.Context) error {
	s.p.Step("relay to " + s.proxy.target())
	for {
		d, err := s.p.next(ctx, s.until())
		switch {
		case err == nil:
			s.forward(ctx, d)
			if s.leg == nil { // the next datagram tries again
				return errIdle
			}
		case isTimeout(err) && ctx.Err() == nil:
			if s.endIdle() {
				return errIdle
			}
		case err == io.EOF:
			s.outlast(ctx)
			return nil
		default:
			s.takeRest()
			return err
		}
	}
}

// until returns when the session is over if nothing passes any more; zero: never.
func (s *packetSession) until() (t time.Time) {
	if idle := s.proxy.idle(); idle > 0 && s.leg != nil {
		t = s.leg.lastPassed().Add(idle)
	}
	return t
}

// endIdle ends the session if nothing has passed, and reports whether it did.
func (s *packetSession) endIdle() bool {
	if s.leg.lastPassed().Add(s.proxy.idle()).After(time.Now()) {
		return false
	}
	why := fmt.Sprintf("idle for %v: the socket to the upstream is closed", s.proxy.idle())
	s.leg.note(transcript.Note, why)
	s.p.note(transcript.Note, why)
	s.close()
	return true
}

// outlast brings answers back after the client's last datagram that the handler gets, until none has come for a while.
func (s *packetSession) outlast(ctx context.Context) {
	if s.leg == nil {
		return
	}
	idle := cmp.Or(s.proxy.idle(), defaultIdle)
	for ctx.Err() == nil {
		left := time.Until(s.leg.lastPassed().Add(idle))
		if left <= 0 {
			return
		}
		s.p.s.linger(nil, left)
	}
	s.takeRest()
}

// forward passes a datagram on to the upstream. If that has gone away, as a unix socket's can, it dials again.
func (s *packetSession) forward(ctx context.Context, d Packet) {
	for again := false; ; again = true {
		if s.leg != nil && s.leg.isOver() {
			s.close()
		}
		if s.leg == nil {
			if err := s.dial(ctx); err != nil {
				s.lose(d, err)
				return
			}
		}
		err := s.leg.send(d.Data)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			s.lose(d, net.ErrClosed)
			return
		}
		if !endsSession(err, s.leg.raw) {
			s.lose(d, err)
			return
		}
		s.close()
		if again {
			s.lose(d, err)
			return
		}
	}
}

// endsSession reports whether an error of a Write says that the socket is of no more use.
func endsSession(err error, c net.Conn) bool {
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return true
	}
	return isUnixgramAddr(c.LocalAddr()) && errno != syscall.EMSGSIZE && errno != syscall.ENOBUFS
}

// lose records that a datagram of the client's did not leave.
func (s *packetSession) lose(d Packet, err error) {
	s.p.note(transcript.Error, fmt.Sprintf("upstream: datagram %d is lost: %v", d.Number, err))
}

// dial opens a socket to the upstream.
func (s *packetSession) dial(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, maxDial)
	defer cancel()
	dial := s.proxy.Dial
	if dial == nil {
		dial = kernel.Dial
	}
	raw, err := dial(ctx, s.proxy.network(), s.proxy.Upstream)
	rec := s.p.s.upstreamRecorder(s.proxy.network(), s.proxy.Upstream)
	if err != nil {
		rec.Add(transcript.Event{Conn: s.p.Number(), Kind: transcript.Error, Text: err.Error()})
		return err
	}
	s.leg = newPacketLeg(s.p, raw, rec)
	return nil
}

// takeRest records what has come from the upstream when the server closes.
func (s *packetSession) takeRest() {
	if s.leg != nil {
		s.leg.takeRest()
	}
}

func (s *packetSession) close() {
	if s.leg != nil {
		s.leg.close()
		s.leg = nil
	}
}
