package fakeserver

import (
	"context"
)

// PacketEcho sends each datagram back.
type PacketEcho struct{}

// ServePacket echoes p.
func (PacketEcho) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	_, err := w.Write(p.Data)
	return err
}
