package specimen

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
)

// askOnce sends a question on a connection of its own, and returns all that comes until it ends.
func askOnce(ctx context.Context, dial Dialer, question string) ([]byte, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline(ctx))
	defer cancel()
	conn, err := dial(ctx, "tcp", server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(deadline(ctx))
	if _, err := io.WriteString(conn, question+"\n"); err != nil {
		return nil, err
	}
	return io.ReadAll(conn)
}

// shortHeader cuts the header off a reply without a look at the reply's length. A server that was
// stopped between the two makes it panic.
//
// As in github.com/lib/pq/pull/497, github.com/miekg/dns/issues/351.
type shortHeader struct{ dial Dialer }

func newShortHeader(dial Dialer) client { return shortHeader{dial} }

func (c shortHeader) Ask(ctx context.Context, question string) (string, error) {
	reply, err := askOnce(ctx, c.dial, question)
	if err != nil {
		return "", err
	}
	status, length := string(reply[:2]), int(binary.BigEndian.Uint16(reply[2:4]))
	if status != "OK" {
		return "", fmt.Errorf("the server says %q", status)
	}
	if text := reply[4:]; len(text) == length {
		return string(text), nil
	}
	return "", io.ErrUnexpectedEOF
}

func (c shortHeader) Close() error { return nil }

// halfIsWhole has the answer's length in its hands, and does not compare: what came until the end of
// the connection is the answer.
//
// As in github.com/minio/minio-go/issues/1451.
type halfIsWhole struct{ dial Dialer }

func newHalfIsWhole(dial Dialer) client { return halfIsWhole{dial} }

func (c halfIsWhole) Ask(ctx context.Context, question string) (string, error) {
	reply, err := askOnce(ctx, c.dial, question)
	if err != nil {
		return "", err
	}
	const header = 4 // status and length
	if len(reply) < header {
		return "", io.ErrUnexpectedEOF
	}
	if status := string(reply[:2]); status != "OK" {
		return "", fmt.Errorf("the server says %q", status)
	}
	return string(reply[header:]), nil
}

func (c halfIsWhole) Close() error { return nil }
