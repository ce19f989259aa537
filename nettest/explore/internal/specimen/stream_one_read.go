package specimen

import (
	"context"
	"io"
	"strings"
)

// oneRead takes what one Read gives for an answer. On the author's machine it always was.
//
// As in github.com/manticoresoftware/go-sdk/issues/21, github.com/jcmturner/gokrb5/pull/60.
type oneRead struct{ link }

func newOneRead(dial Dialer) client { return &oneRead{link{dial: dial}} }

func (c *oneRead) Ask(ctx context.Context, question string) (string, error) {
	return c.call(ctx, func() (string, error) {
		if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
			return "", err
		}
		buf := make([]byte, 4096)
		n, err := c.conn.Read(buf)
		return strings.TrimSpace(string(buf[:n])), err
	})
}
