package scenarios

import (
	"context"
	"net/netip"

	"github.com/fakewire/fakewire/fakeserver"
)

// A requestDatagram is a datagram that comes to a Handler.
type requestDatagram struct {
	from   netip.AddrPort
	server int // the index of the one that it comes to
}

// screenRequests returns subjects whose Handler hears only of the requests that pass lets through.
func screenRequests(subject func() UDPClient, pass func(r requestDatagram) bool) func() UDPClient {
	return func() UDPClient {
		c := subject()
		c.Handler = screen{PacketHandler: c.handler(), pass: pass}
		return c
	}
}

// A screen is a Handler that hears only of some requests.
type screen struct {
	fakeserver.PacketHandler
	pass   func(r requestDatagram) bool
	server int // the index of the one whose Handler it is
}

func (s screen) at(server int) fakeserver.PacketHandler {
	return screen{packetHandlerAt(s.PacketHandler, server), s.pass, server}
}

// ServePacket lets the Handler answer p, or nothing.
func (s screen) ServePacket(ctx context.Context, p fakeserver.Packet, w fakeserver.PacketWriter) error {
	if !s.pass(requestDatagram{p.Peer, s.server}) {
		return nil
	}
	return s.PacketHandler.ServePacket(ctx, p, w)
}
