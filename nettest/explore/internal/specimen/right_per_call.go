package specimen

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
)

// perCall has a connection for each call, and knows how long the answer has to be.
type perCall struct{ dial Dialer }

func newPerCall(dial Dialer) client { return perCall{dial} }

func (c perCall) Ask(ctx context.Context, question string) (string, error) {
	reply, err := askOnce(ctx, c.dial, question)
	if err != nil {
		return "", err
	}
	if len(reply) < 4 {
		return "", io.ErrUnexpectedEOF
	}
	if status := string(reply[:2]); status != "OK" {
		return "", fmt.Errorf("the server says %q", status)
	}
	text := reply[4:]
	if n := int(binary.BigEndian.Uint16(reply[2:4])); n != len(text) {
		return "", fmt.Errorf("the answer has %d bytes, want %d: %w", len(text), n, io.ErrUnexpectedEOF)
	}
	return string(text), nil
}

func (c perCall) Close() error { return nil }
