package fakeserver

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// serve hands datagrams to the handler, one after the other.
func (s *PacketServer) serve() {
	defer s.wg.Done()
	for {
		d, ok := s.nextDelivery()
		if !ok {
			return
		}
		if err := s.call(d); err != nil {
			s.noteHandler(servingOf(d), err)
		}
	}
}

// noteHandler records the error of a handler, and keeps it for Verify if it is the handler's own.
func (s *peers) noteHandler(at serving, err error) {
	e := transcript.Event{Conn: at.peer, Kind: transcript.Error, Text: "handler: " + firstLine(err)}
	rule := s.excuse(at.peer, err)
	if rule != "" {
		e.Kind, e.Text = transcript.Note, excusedNote(rule, err)
	}
	if rule == "" && !wireError(err, s.localAddr(), nil) {
		s.fail(fmt.Errorf("fakeserver: %s: %v: %w", s.name, at, err)) // first: Verify knows of what is in the record
	}
	s.rec.Add(e)
}

// call runs the handler in a goroutine of its own only as far as it must: a panic
// is recovered, and a Goexit, which ends the goroutine, is replaced by another.
func (s *PacketServer) call(d delivery) (err error) {
	left := true
	defer func() {
		if p := recover(); p != nil {
			err = newPanicError(p)
		} else if left {
			s.noteHandler(servingOf(d), errGoexit)
			s.wg.Add(1)
			go s.serve()
		}
	}()
	err = d.handler.ServePacket(s.ctx, d.Packet, packetWriter{s.peers, d.peer})
	left = false
	return err
}

// nextDelivery waits for a datagram to be due. It reports false when the server
// closes; what the handler did not get by then is named.
func (s *PacketServer) nextDelivery() (delivery, bool) {
	s.setServing(serving{})
	d, ok := s.in.next()
	if ok {
		s.setServing(servingOf(d))
	}
	return d, ok
}

// serving is the datagram that the handler is at; zero: none.
type serving struct {
	peer    int
	number  int64
	handler PacketHandler
}

func servingOf(d delivery) serving { return serving{d.Conn, d.Number, d.handler} }

// String returns "peer 1, datagram 2", or "peer 1" if it has read none.
func (d serving) String() string {
	if d.number == 0 {
		return fmt.Sprintf("peer %d", d.peer)
	}
	return fmt.Sprintf("peer %d, datagram %d", d.peer, d.number)
}

func (s *PacketServer) setServing(d serving) {
	s.mu.Lock()
	s.serving = d
	s.mu.Unlock()
}

func (s *PacketServer) nowServing() serving {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.serving
}

// maxStuck bounds how many conversations a Close names that has to give up.
const maxStuck = 10

// stuck says what handlers were doing when Close gave up on them. If none is, there is an error nevertheless if that
// is wanted.
func (s *PacketServer) stuck(wanted bool) error {
	var errs []error
	if at := s.nowServing(); at.peer > 0 {
		errs = append(errs, fmt.Errorf("fakeserver: %s: Close: %v: handler %T did not return within %v%s",
			s.name, at, at.handler, closeGrace, s.hung.of("(*PacketServer).serve", s)))
	}
	more := 0
	for _, p := range s.in.allConversations() {
		switch {
		case !p.isRunning():
		case len(errs) < maxStuck:
			errs = append(errs, p.stuck(&s.hung))
		default:
			more++
		}
	}
	if more > 0 {
		errs = append(errs, fmt.Errorf("and %s more", human.Count(more, "peer")))
	}
	if len(errs) == 0 && wanted {
		return fmt.Errorf("fakeserver: %s: Close: a handler ended only after %v", s.name, closeGrace)
	}
	return errors.Join(errs...)
}

func (s *peers) localAddr() net.Addr {
	if sock := s.socket(); sock != nil {
		return sock.pc.LocalAddr()
	}
	return s.addr
}

// A packetWriter answers one peer.
type packetWriter struct {
	s *peers
	p *peer
}

func (w packetWriter) Write(b []byte) (int, error) { return w.s.out.send(w.p, b) }

func (w packetWriter) WriteTo(b []byte, addr netip.AddrPort) (int, error) {
	if !addr.IsValid() {
		return 0, fmt.Errorf("fakeserver: %s: WriteTo: the address is not valid", w.s.name)
	}
	return w.s.out.sendTo(netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()), nil, b)
}
