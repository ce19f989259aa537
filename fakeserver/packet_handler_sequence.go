package fakeserver

import (
	"context"
)

// PacketSequence answers the nth client with its nth handler. The last one
// answers all that follow.
type PacketSequence []PacketHandler

func (s PacketSequence) check() error { return checkSequence(s) }

// ServePacket calls the handler for the client's number.
func (s PacketSequence) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	return s[min(p.Conn, len(s))-1].ServePacket(ctx, p, w)
}
