package specimen

import (
	"context"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
)

// frameLength believes a message that its length counts the four bytes in which it stands. One that
// says less has a negative rest.
//
// As in github.com/golang/vulndb/issues/6170, github.com/lib/pq/issues/6.
type frameLength struct{ link }

func newFrameLength(dial Dialer) client { return &frameLength{link{dial: dial}} }

func (c *frameLength) Ask(ctx context.Context, question string) (string, error) {
	return c.call(ctx, func() (string, error) { return c.exchange(question) })
}

func (c *frameLength) exchange(question string) (string, error) {
	if _, err := c.conn.Write(frame(question)); err != nil {
		return "", err
	}
	var head [4]byte
	if _, err := io.ReadFull(c.r, head[:]); err != nil {
		return "", err
	}
	n := int32(binary.BigEndian.Uint32(head[:])) - 4
	if n > maxFrame {
		return "", io.ErrShortBuffer
	}
	text := make([]byte, n)
	_, err := io.ReadFull(c.r, text)
	return string(text), err
}

// bulkLength takes whatever number stands in front of an answer, also the one that means "none".
//
// As in github.com/segmentio/kafka-go/issues/1438.
type bulkLength struct{ link }

func newBulkLength(dial Dialer) client { return &bulkLength{link{dial: dial}} }

func (c *bulkLength) Ask(ctx context.Context, question string) (string, error) {
	return c.call(ctx, func() (string, error) { return c.exchange(question) })
}

func (c *bulkLength) exchange(question string) (string, error) {
	if _, err := io.WriteString(c.conn, question+"\r\n"); err != nil {
		return "", err
	}
	line, err := c.r.ReadString('\n')
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "$")))
	if err != nil {
		return "", err
	}
	if n > maxFrame {
		return "", io.ErrShortBuffer
	}
	text := make([]byte, n+len("\r\n"))
	if _, err := io.ReadFull(c.r, text); err != nil {
		return "", err
	}
	return string(text[:n]), nil
}

// hugeFrame makes room for whatever a message says that it has, before it has come.
//
// As in github.com/golang/vulndb/issues/6172, github.com/hashicorp/memberlist/issues/360.
type hugeFrame struct{ link }

func newHugeFrame(dial Dialer) client { return &hugeFrame{link{dial: dial}} }

func (c *hugeFrame) Ask(ctx context.Context, question string) (string, error) {
	return c.call(ctx, func() (string, error) { return c.exchange(question) })
}

func (c *hugeFrame) exchange(question string) (string, error) {
	if _, err := c.conn.Write(frame(question)); err != nil {
		return "", err
	}
	var head [4]byte
	if _, err := io.ReadFull(c.r, head[:]); err != nil {
		return "", err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n < 4 {
		return "", io.ErrUnexpectedEOF
	}
	text := make([]byte, n-4)
	_, err := io.ReadFull(c.r, text)
	return string(text), err
}
