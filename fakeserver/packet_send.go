package fakeserver

import (
	"net/netip"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A packetWriter answers one peer.
type packetWriter struct {
	s *PacketServer
	p *peer
}

func (w packetWriter) Write(b []byte) (int, error) { return w.s.send(w.p, b) }

func (w packetWriter) WriteTo(b []byte, addr netip.AddrPort) (int, error) {
	return w.s.send(w.s.peer(netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()), nil), b)
}

// send decides about a datagram, records what leaves, and sends it.
func (s *PacketServer) send(p *peer, b []byte) (int, error) {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	sock := s.socket()
	if sock == nil {
		return 0, s.closedError("send")
	}
	v := p.out.Next()
	s.noteFaults(p, transcript.ToClient, v)
	for range v.Copies {
		// The record comes first, so that a client that has its answer finds it there.
		s.out.Datagram(p.n, p.text, v.Number, b)
		if err := sock.send(p, b); err != nil {
			s.rec.Add(transcript.Event{
				Conn: p.n, Direction: transcript.ToClient, Kind: transcript.Unsent,
				Offset: v.Number, Count: int64(len(b)), Peer: p.text, Text: err.Error(),
			})
			return 0, err
		}
	}
	return len(b), nil
}
