package fakeserver

import (
	"context"
)

// PacketSequence answers the nth client with its nth handler. The last one
// answers all that follow. There may be PeerHandlers among them.
type PacketSequence []PacketHandler

// Validate refuses a sequence that is empty, or one with a handler that is nil or whose
// own Validate refuses.
func (s PacketSequence) Validate() error { return validateAll(s) }

// Gates returns the gates of all its handlers.
func (s PacketSequence) Gates() []string { return gatesOf(s) }

// ServePacket calls the handler for the client's number.
func (s PacketSequence) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	return s.handlerFor(p.Conn).ServePacket(ctx, p, w)
}

func (s PacketSequence) handlerFor(peer int) PacketHandler { return s[min(peer, len(s))-1] }
