package fakeserver

import (
	"context"
	"io"
)

// PacketDiscard records datagrams and says nothing: what `nc -lu` does.
type PacketDiscard struct {
	// To gets a copy of each datagram's bytes: os.Stdout, say. If nil, there is only
	// the record.
	To io.Writer
}

// ServePacket copies p to To.
func (h PacketDiscard) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	if h.To == nil {
		return nil
	}
	_, err := h.To.Write(p.Data)
	return err
}
