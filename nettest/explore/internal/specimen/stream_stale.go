package specimen

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
)

// staleReply keeps its connection after a timeout, since that is no broken one. What it gave up on
// comes after all, and is the next question's answer; and so on, from then on.
//
// As in github.com/redis/redis-rb/issues/61, github.com/redis/hiredis/issues/306.
type staleReply struct{ link }

func newStaleReply(dial Dialer) client { return &staleReply{link{dial: dial}} }

func (c *staleReply) Ask(ctx context.Context, question string) (string, error) {
	if err := c.connect(ctx); err != nil {
		return "", err
	}
	c.conn.SetDeadline(deadline(ctx))
	answer, err := c.exchange(question)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		c.hangUp()
	}
	return answer, err
}

func (c *staleReply) exchange(question string) (string, error) {
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		return "", err
	}
	line, err := c.r.ReadString('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(line), nil
}
