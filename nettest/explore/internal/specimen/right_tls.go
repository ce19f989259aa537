package specimen

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"strings"
)

// goodTLS has one deadline for dialing, the handshake and the call.
type goodTLS struct{ link }

func newGoodTLS(dial Dialer) client { return &goodTLS{link{dial: dial}} }

func (c *goodTLS) Ask(ctx context.Context, question string) (string, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline(ctx))
	defer cancel()
	fresh := c.conn == nil
	return c.call(ctx, func() (string, error) {
		if fresh {
			conn := tls.Client(c.conn, clientTLS())
			if err := conn.HandshakeContext(ctx); err != nil {
				return "", err
			}
			c.conn, c.r = conn, bufio.NewReader(conn)
		}
		if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
			return "", err
		}
		line, err := c.r.ReadString('\n')
		return strings.TrimSuffix(line, "\n"), err
	})
}
