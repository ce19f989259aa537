package fakeserver

import (
	"net"
	"net/netip"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An arrival is a datagram that was received.
type arrival struct {
	data []byte
	ap   netip.AddrPort
	addr net.Addr
	seen sighting
	look func(netip.AddrPort) sighting
}

// packetsIn are the datagrams from clients, on their way to the handler or the reader.
type packetsIn struct {
	c      *core
	roster *roster
	quiet  bool               // the handler does nothing: don't bother it
	lane   *record.Lane       // used by the reader
	inbox  schedule[delivery] // what the handler, or the reader, is to get
}

// receive decides about a datagram, records both, and hands it to the handler. It is
// the reader's.
func (s *packetsIn) receive(a arrival) {
	p := s.sender(a)
	p.adopt(s.c, p.in, transcript.FromClient)
	if s.quiet && s.c.program().Empty() {
		s.lane.Datagram(p.n, p.text, p.in.Skip(), a.data)
		return
	}
	data := s.lane.Stash(a.data)
	now := time.Now()
	v := p.in.Next(data, now.Sub(p.since))
	s.lane.RecordDatagram(p.n, p.text, v.Number, data, faultsOf(p, transcript.FromClient, v))
	if s.quiet {
		return
	}
	s.c.rec.Lend() // the handler may keep the bytes
	d := delivery{Packet{Data: v.Data, Peer: p.ap, Conn: p.n, Number: v.Number}, p}
	for range v.Copies {
		if v.Behind > 0 {
			p.inHeld.keep(v.Number, v.Behind, d)
		} else {
			s.inbox.put(v.Due(now), d)
		}
	}
	for _, d := range p.inHeld.release(v.Number) {
		s.inbox.put(now, d)
	}
}

// sender returns the peer that a datagram came from.
func (s *packetsIn) sender(a arrival) *peer {
	p, isNew := s.roster.sender(a.ap, a.addr, a.seen)
	if isNew && a.look != nil {
		s.roster.checkOthers(p, a.look)
	}
	return p
}

// rest takes everything that was not handed on. Nothing is received any more.
func (s *packetsIn) rest() (all []undelivered) {
	for _, d := range s.inbox.rest() {
		all = append(all, undelivered{d.peer, d.Number})
	}
	for _, p := range s.roster.peers() {
		for _, d := range p.inHeld.rest() {
			all = append(all, undelivered{d.peer, d.Number})
		}
	}
	return all
}
