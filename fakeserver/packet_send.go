package fakeserver

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A packetWriter answers one peer.
type packetWriter struct {
	s *PacketServer
	p *peer
}

func (w packetWriter) Write(b []byte) (int, error) { return w.s.send(w.p, b) }

func (w packetWriter) WriteTo(b []byte, addr netip.AddrPort) (int, error) {
	if !addr.IsValid() {
		return 0, fmt.Errorf("fakeserver: %s: WriteTo: the address is not valid", w.s.name)
	}
	return w.s.send(w.s.addressee(netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()), nil), b)
}

// A parcel is a datagram on its way to a client.
type parcel struct {
	p      *peer
	number int64
	data   []byte
}

// send decides about a datagram, and sends what is due. What is to leave later counts as
// sent. Its error is that of the datagram itself: what the socket refuses of copies, and of
// those that were kept until now, is in the record.
func (s *PacketServer) send(p *peer, b []byte) (int, error) {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	if s.socket() == nil {
		return 0, s.closedError("send")
	}
	now := time.Now()
	s.adopt(p, p.out, transcript.ToClient)
	v := p.out.Next(b, now.Sub(p.since))
	for _, e := range faultsOf(p, transcript.ToClient, v) {
		s.rec.Add(e)
	}
	err := s.sendCopies(p, v, now)
	for _, held := range p.outHeld.release(v.Number) {
		s.sendNow(held) // an error is in the record; its Write has returned long ago
	}
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

// sendCopies sends a datagram as often as the plan says, or keeps it until it is due. If the
// socket refuses the first one, there are no others. It needs sendMu.
func (s *PacketServer) sendCopies(p *peer, v decide.Verdict, now time.Time) error {
	var kept []byte
	for i := range v.Copies {
		due := v.Due(now)
		if v.Behind == 0 && !due.After(now) {
			if err := s.sendNow(parcel{p, v.Number, v.Data}); err != nil && i == 0 {
				return err
			}
			continue
		}
		if kept == nil {
			kept = append([]byte{}, v.Data...)
		}
		if later := (parcel{p, v.Number, kept}); v.Behind > 0 {
			p.outHeld.keep(v.Number, v.Behind, later)
		} else {
			s.sendAt(due, later)
		}
	}
	return nil
}

// sendNow records what leaves, and sends it. The record comes first, so that a client
// that has its answer finds it there. It needs sendMu.
func (s *PacketServer) sendNow(c parcel) error {
	sock := s.socket()
	if sock == nil {
		s.account(transcript.ToClient, transcript.Unsent, []undelivered{{c.p, c.number}}, "the socket is closed")
		return s.closedError("send")
	}
	s.out.Datagram(c.p.n, c.p.text, c.number, c.data)
	err := sock.send(c.p, c.data)
	if err != nil {
		s.rec.Add(transcript.Event{
			Conn: c.p.n, Direction: transcript.ToClient, Kind: transcript.Unsent,
			Offset: c.number, Peer: c.p.text, Text: err.Error(),
		})
	}
	return err
}

// sendAt sends c when it is due. It needs sendMu.
func (s *PacketServer) sendAt(due time.Time, c parcel) {
	s.outbox.put(due, c)
	if !s.sending {
		s.sending = true
		s.wg.Add(1)
		go s.sendLate()
	}
}

// sendLate sends what is due later than it was written.
func (s *PacketServer) sendLate() {
	defer s.wg.Done()
	for s.outbox.await(s.core) {
		s.sendDue()
	}
}

// sendDue sends the first datagram that is due. It takes it only when nobody can close the
// socket: until then it is Down's, or Close's, to name.
func (s *PacketServer) sendDue() {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	if c, _, wait := s.outbox.look(); wait == nil {
		s.sendNow(c) // an error is in the record; the handler has long gone on
	}
}
