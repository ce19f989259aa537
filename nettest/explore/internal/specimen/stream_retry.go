package specimen

import (
	"context"
	"io"
	"strings"
)

// sendsTwice tries again on a new connection whatever went wrong, also when the server had the request
// already: an order is placed twice.
//
// As in github.com/lib/pq/issues/939, github.com/go-sql-driver/mysql/issues/582.
type sendsTwice struct{ link }

func newSendsTwice(dial Dialer) client { return &sendsTwice{link{dial: dial}} }

func (c *sendsTwice) Ask(ctx context.Context, question string) (answer string, err error) {
	for range 2 {
		if answer, err = c.try(ctx, question); err == nil {
			return answer, nil
		}
		c.hangUp()
	}
	return "", err
}

func (c *sendsTwice) try(ctx context.Context, question string) (string, error) {
	if err := c.connect(ctx); err != nil {
		return "", err
	}
	c.conn.SetDeadline(deadline(ctx))
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		return "", err
	}
	line, err := c.r.ReadString('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// carelessRetry has a first try that looks at each error, and a second one, written when a connection
// had been closed by an idle timeout, that does not: who would fail twice?
//
// As in github.com/cockroachdb/cockroach/pull/1344.
type carelessRetry struct{ link }

func newCarelessRetry(dial Dialer) client { return &carelessRetry{link{dial: dial}} }

func (c *carelessRetry) Ask(ctx context.Context, question string) (string, error) {
	if err := c.connect(ctx); err != nil {
		return "", err
	}
	c.conn.SetDeadline(deadline(ctx))
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		return c.again(ctx, question)
	}
	line, err := c.r.ReadString('\n')
	if err != nil {
		return c.again(ctx, question)
	}
	return strings.TrimSpace(line), nil
}

func (c *carelessRetry) again(ctx context.Context, question string) (string, error) {
	c.hangUp()
	if err := c.connect(ctx); err != nil {
		return "", err
	}
	c.conn.SetDeadline(deadline(ctx))
	io.WriteString(c.conn, question+"\n")
	line, _ := c.r.ReadString('\n')
	if line == "" {
		c.hangUp()
	}
	return strings.TrimSpace(line), nil
}

// carelessReuse reports each error of a connection that it has just made. One that it has used before may have been closed
// by an idle timeout: then it asks again on a new one, which has never failed, and so nobody looks.
//
// As in github.com/cockroachdb/cockroach/pull/1344.
type carelessReuse struct{ carelessRetry }

func newCarelessReuse(dial Dialer) client { return &carelessReuse{carelessRetry{link{dial: dial}}} }

func (c *carelessReuse) Ask(ctx context.Context, question string) (string, error) {
	used := c.conn != nil
	answer, err := c.call(ctx, func() (string, error) {
		if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
			return "", err
		}
		return c.r.ReadString('\n')
	})
	if err != nil && used {
		return c.again(ctx, question)
	}
	return strings.TrimSpace(answer), err
}
