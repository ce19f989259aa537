package specimen

import (
	"context"
	"io"
	"strings"
)

// emptyAnswer takes the end of the connection for the end of an answer: io.EOF is no error to it. When
// the server goes away before it has answered, the answer is "".
//
// As in github.com/r3labs/sse/issues/147.
type emptyAnswer struct{ link }

func newEmptyAnswer(dial Dialer) client { return &emptyAnswer{link{dial: dial}} }

func (c *emptyAnswer) Ask(ctx context.Context, question string) (string, error) {
	if err := c.connect(ctx); err != nil {
		return "", err
	}
	c.conn.SetDeadline(deadline(ctx))
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		c.hangUp()
		return "", err
	}
	line, err := c.r.ReadString('\n')
	if err == io.EOF {
		c.hangUp()
		return strings.TrimSpace(line), nil
	}
	if err != nil {
		c.hangUp()
		return "", err
	}
	return strings.TrimSpace(line), nil
}
