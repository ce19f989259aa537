package scenarios

import (
	"context"
	"net/netip"

	"github.com/fakewire/fakewire/fakeserver"
)

// A replyDatagram is a datagram that a Handler sends to the client whose datagram it
// answers.
type replyDatagram struct {
	data   []byte
	to     netip.AddrPort
	server int // the index of the one that sends it
	w      fakeserver.PacketWriter
}

// send sends the reply.
func (r replyDatagram) send() error { return r.sendInstead(r.data) }

// sendInstead sends something else from the same server to the same client.
func (r replyDatagram) sendInstead(data []byte) error {
	_, err := r.w.WriteTo(data, r.to)
	return err
}

// tapReplies returns subjects whose Handler's replies f gets, in place of the
// client.
func tapReplies(subject func() UDPClient, f func(r replyDatagram) error) func() UDPClient {
	return func() UDPClient {
		c := subject()
		c.Handler = tap{PacketHandler: c.handler(), f: f}
		return c
	}
}

// A tap is a Handler whose replies go to f.
type tap struct {
	fakeserver.PacketHandler
	f      func(r replyDatagram) error
	server int // the index of the one whose Handler it is
}

func (t tap) at(server int) fakeserver.PacketHandler {
	return tap{packetHandlerAt(t.PacketHandler, server), t.f, server}
}

// ServePacket lets the Handler answer p.
func (t tap) ServePacket(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	return t.PacketHandler.ServePacket(ctx, p, tapped{w, p.Peer, t})
}

// tapped is the PacketWriter of a tap.
type tapped struct {
	fakeserver.PacketWriter
	peer netip.AddrPort
	tap  tap
}

func (w tapped) Write(b []byte) (int, error) { return w.WriteTo(b, w.peer) }

// WriteTo leaves alone what is for other peers.
func (w tapped) WriteTo(b []byte, to netip.AddrPort) (int, error) {
	if to != w.peer {
		return w.PacketWriter.WriteTo(b, to)
	}
	return len(b), w.tap.f(replyDatagram{append([]byte{}, b...), to, w.tap.server, w.PacketWriter})
}
