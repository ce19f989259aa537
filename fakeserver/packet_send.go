package fakeserver

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"time"

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
	return w.s.send(w.s.peer(netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()), nil), b)
}

// A parcel is a datagram on its way to a client.
type parcel struct {
	p      *peer
	number int64
	data   []byte
}

// send decides about a datagram, and sends what is due. What is to leave later
// counts as sent.
func (s *PacketServer) send(p *peer, b []byte) (int, error) {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	if s.socket() == nil {
		return 0, s.closedError("send")
	}
	now := time.Now()
	p.out.Adopt(s.program(), transcript.ToClient)
	v := p.out.Next(b, now.Sub(p.since))
	for _, e := range faultsOf(p, transcript.ToClient, v) {
		s.rec.Add(e)
	}
	for range v.Copies {
		due := v.Due(now)
		if v.Behind == 0 && !due.After(now) {
			if err := s.sendNow(parcel{p, v.Number, v.Data}); err != nil {
				return 0, err
			}
			continue
		}
		later := parcel{p, v.Number, bytes.Clone(v.Data)}
		if v.Behind > 0 {
			p.outHeld.keep(v.Number+v.Behind, later)
		} else {
			s.sendAt(due, later)
		}
	}
	for _, held := range p.outHeld.release(v.Number) {
		if err := s.sendNow(held); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// sendNow records what leaves, and sends it. The record comes first, so that a client
// that has its answer finds it there. It needs sendMu.
func (s *PacketServer) sendNow(c parcel) error {
	sock := s.socket()
	if sock == nil {
		return s.closedError("send")
	}
	s.out.Datagram(c.p.n, c.p.text, c.number, c.data)
	err := sock.send(c.p, c.data)
	if err != nil {
		s.rec.Add(transcript.Event{
			Conn: c.p.n, Direction: transcript.ToClient, Kind: transcript.Unsent,
			Offset: c.number, Count: int64(len(c.data)), Peer: c.p.text, Text: err.Error(),
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
	for {
		c, ok := s.outbox.next(s.core)
		if !ok {
			return
		}
		s.sendMu.Lock()
		s.sendNow(c) // an error is in the record; the handler has long gone on
		s.sendMu.Unlock()
	}
}

// heldBack is what Reorder keeps until later datagrams have passed.
type heldBack[T any] struct{ items []heldItem[T] }

type heldItem[T any] struct {
	behind int64 // the number of the datagram that it comes behind
	value  T
}

func (h *heldBack[T]) keep(behind int64, v T) {
	h.items = append(h.items, heldItem[T]{behind, v})
}

// release returns what comes behind datagram n, in the order in which it was kept.
func (h *heldBack[T]) release(n int64) []T {
	var out []T
	h.items = slices.DeleteFunc(h.items, func(it heldItem[T]) bool {
		if it.behind <= n {
			out = append(out, it.value)
			return true
		}
		return false
	})
	return out
}
