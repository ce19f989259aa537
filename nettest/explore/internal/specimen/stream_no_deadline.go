package specimen

import (
	"bufio"
	"context"
	"io"
	"strings"
	"time"
)

// noReadDeadline gives the dialing a timeout, and the rest none.
//
// As in github.com/hashicorp/serf/issues/154, github.com/apache/iggy/issues/3482.
type noReadDeadline struct{ link }

func newNoReadDeadline(dial Dialer) client { return &noReadDeadline{link{dial: dial}} }

func (c *noReadDeadline) Ask(ctx context.Context, question string) (string, error) {
	if err := c.connect(ctx); err != nil {
		return "", err
	}
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		c.hangUp()
		return "", err
	}
	line, err := c.r.ReadString('\n')
	if err != nil {
		c.hangUp()
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// noWriteDeadline bounds the waiting for an answer, and not the sending of the question: as long as
// that fits into the window, nobody notices.
//
// As in github.com/weaveworks/mesh/issues/125, github.com/fortio/fortio/issues/583.
type noWriteDeadline struct{ dial Dialer }

func newNoWriteDeadline(dial Dialer) client { return noWriteDeadline{dial} }

func (c noWriteDeadline) Ask(ctx context.Context, question string) (string, error) {
	dialing, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	conn, err := c.dial(dialing, "tcp", server)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	padding := strings.Repeat("x", upload)
	if _, err := io.WriteString(conn, question+" "+padding+"\n"); err != nil {
		return "", err
	}
	conn.SetReadDeadline(time.Now().Add(timeout))
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(line), nil
}

func (c noWriteDeadline) Close() error { return nil }

// upload is more than a window and what is buffered besides it, in memory. The kernel's buffers may
// take it all.
const upload = 160 << 10
