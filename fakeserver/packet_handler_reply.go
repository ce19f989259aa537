package fakeserver

import (
	"context"
)

// PacketReply answers each datagram with the same one.
type PacketReply struct {
	// Data is the answer. If empty, there is none.
	Data string
	// Logf is told each datagram's text and sender: log.Printf, say. If nil, there is
	// only the record.
	Logf func(format string, args ...any)
}

// ServePacket answers p.
func (h PacketReply) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	if h.Logf != nil {
		h.Logf("%v: %s", p.Peer, p.Data)
	}
	if h.Data == "" {
		return nil
	}
	_, err := w.Write([]byte(h.Data))
	return err
}
