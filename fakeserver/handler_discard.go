package fakeserver

import (
	"context"
	"io"
)

// Discard reads and records what clients send, and says nothing: what
// `nc -lk` does.
type Discard struct {
	// To gets a copy of what arrives, as it arrives: os.Stdout, say. Its Write must be
	// safe to call from several goroutines where several clients connect. If nil,
	// there is only the record.
	To io.Writer
}

// ServeConn reads until the client's end of stream.
func (h Discard) ServeConn(ctx context.Context, c *Conn) error {
	to := h.To
	if to == nil {
		to = io.Discard
	}
	_, err := c.WriteTo(to)
	return err
}
