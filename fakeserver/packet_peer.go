package fakeserver

import (
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A peer is a client: a socket that sent something, or was sent something.
type peer struct {
	n       int
	addr    net.Addr
	ap      netip.AddrPort
	text    string
	since   time.Time          // when it was first seen
	socket  sighting           // guarded by the roster's mu
	in      decide.Peer        // used by the reader
	inHeld  heldBack[delivery] // used by the reader
	out     decide.Peer        // guarded by packetsOut.turn
	outHeld heldBack[parcel]   // guarded by packetsOut.turn

	handlers     int   // what packetsIn.handlers was at its last datagram; the reader's, as the next
	conversation *Peer // with the handler of that time; nil if that has none

	upstream upstreamPeer
}

// A delivery is a datagram on its way to the handler, or the reader.
type delivery struct {
	Packet
	copy    int // its number among those of the datagram
	peer    *peer
	handler PacketHandler // nil: the reader's, or the conversation's
	talk    *Peer         // the conversation that it belongs to, or nil
	fate    *fate         // nil also once it lies ready
}

// A parcel is a datagram on its way to a client.
type parcel struct {
	p      *peer
	number int64
	copy   int // its number among those of the datagram
	data   []byte
	fate   *fate
}

// netAddr returns the peer's address as the transport wants it: nil, if it has none.
func (p *peer) netAddr() net.Addr {
	if p.addr == nil && p.ap.IsValid() {
		return net.UDPAddrFromAddrPort(p.ap)
	}
	return p.addr
}

// returnAddr returns the peer's address for a caller that may change it; nil, if it has
// none.
func (p *peer) returnAddr() net.Addr {
	if p.ap != (netip.AddrPort{}) {
		return net.UDPAddrFromAddrPort(p.ap)
	}
	return p.addr
}

// adopt lets a direction of p go over to the server's plan, records where, and returns the plan.
func (p *peer) adopt(c *core, dir decide.Peer, d transcript.Direction) decide.Program {
	prog := c.program()
	if !dir.IsStale(prog) {
		return prog
	}
	dir.Adopt(prog)
	c.rec.Add(transcript.Event{
		Conn: p.n, Direction: d, Kind: transcript.Note, Offset: dir.Count() + 1, Peer: p.text,
		Text: fmt.Sprintf("other faults from datagram %d on", dir.Count()+1),
	})
	return prog
}
