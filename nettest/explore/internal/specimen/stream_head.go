package specimen

import (
	"context"
	"encoding/binary"
	"io"
)

// emptyBody reads the head of a message, and then the text whose length that says. A text of no bytes is no
// error, and that is what io.EOF is taken for: but it comes where the connection has ended after the head.
//
// As in github.com/cea-hpc/sshproxy/issues/73.
type emptyBody struct{ link }

func newEmptyBody(dial Dialer) client { return &emptyBody{link{dial: dial}} }

func (c *emptyBody) Ask(ctx context.Context, question string) (string, error) {
	return c.call(ctx, func() (string, error) {
		if _, err := c.conn.Write(frame(question)); err != nil {
			return "", err
		}
		var head [4]byte
		if _, err := io.ReadFull(c.r, head[:]); err != nil {
			return "", err
		}
		return readText(c.r, int64(binary.BigEndian.Uint32(head[:]))-4)
	})
}

// readText reads n bytes, and takes io.EOF for an empty text.
func readText(r io.Reader, n int64) (string, error) {
	if n < 0 || n > maxFrame {
		return "", io.ErrShortBuffer
	}
	text := make([]byte, n)
	got, err := io.ReadFull(r, text)
	if err != nil && err != io.EOF {
		return "", err
	}
	return string(text[:got]), nil
}

// emptyReply is emptyBody with a connection for each question, and a head of eight bytes.
//
// As in github.com/ugorji/go/issues/398.
type emptyReply struct{ dial Dialer }

func newEmptyReply(dial Dialer) client { return emptyReply{dial} }

func (c emptyReply) Ask(ctx context.Context, question string) (string, error) {
	l := link{dial: c.dial}
	defer l.hangUp()
	return l.call(ctx, func() (string, error) {
		if _, err := io.WriteString(l.conn, question+"\n"); err != nil {
			return "", err
		}
		var head [8]byte
		if _, err := io.ReadFull(l.r, head[:]); err != nil {
			return "", err
		}
		return readText(l.r, int64(binary.BigEndian.Uint64(head[:])))
	})
}

func (c emptyReply) Close() error { return nil }
