package fakeserver

import (
	"context"
	"errors"
	"fmt"
)

// PacketSequence answers the nth client with its nth handler. The last one
// answers all that follow.
type PacketSequence []PacketHandler

func (s PacketSequence) check() error {
	if len(s) == 0 {
		return errors.New("it is empty")
	}
	for i, h := range s {
		if h == nil {
			return fmt.Errorf("handler %d is nil", i+1)
		}
		if err := checkHandler(h); err != nil {
			return fmt.Errorf("handler %d: %w", i+1, err)
		}
	}
	return nil
}

// ServePacket calls the handler for the client's number.
func (s PacketSequence) ServePacket(ctx context.Context, p Packet, w PacketWriter) error {
	return s[min(p.Conn, len(s))-1].ServePacket(ctx, p, w)
}
