package fakeserver

import (
	"fmt"
	"net"
	"net/netip"

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
			s.note(d, err)
		}
	}
}

// note records the error of a handler, and keeps it for Verify if it is the handler's own.
func (s *PacketServer) note(d delivery, err error) {
	e := transcript.Event{Conn: d.Conn, Kind: transcript.Error, Text: "handler: " + firstLine(err)}
	rule := s.excuse(d.Conn, err)
	if rule != "" {
		e.Kind, e.Text = transcript.Note, excusedNote(rule, err)
	}
	s.rec.Add(e)
	if rule == "" && !wireError(err, s.localAddr(), nil) {
		s.fail(s.servingError(d, err))
	}
}

// call runs the handler in a goroutine of its own only as far as it must: a panic
// is recovered, and a Goexit, which ends the goroutine, is replaced by another.
func (s *PacketServer) call(d delivery) (err error) {
	left := true
	defer func() {
		if p := recover(); p != nil {
			err = newPanicError(p)
		} else if left {
			s.fail(s.servingError(d, errGoexit))
			s.rec.Add(transcript.Event{Conn: d.Conn, Kind: transcript.Error, Text: "handler: " + errGoexit.Error()})
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
		s.setServing(serving{d.Conn, d.Number, d.handler})
	}
	return d, ok
}

// serving is the datagram that the handler is at; zero: none.
type serving struct {
	peer    int
	number  int64
	handler PacketHandler
}

// String returns "peer 1, datagram 2".
func (d serving) String() string { return fmt.Sprintf("peer %d, datagram %d", d.peer, d.number) }

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

func (s *PacketServer) servingError(d delivery, err error) error {
	return fmt.Errorf("fakeserver: %s: %v: %w", s.name, serving{peer: d.Conn, number: d.Number}, err)
}

func (s *PacketServer) localAddr() net.Addr {
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
