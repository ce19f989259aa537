package specimen

import (
	"context"
	"io"
	"strings"
)

// takesAny takes the next datagram for the answer. One that comes twice is the next question's, too.
//
// As in github.com/MichaCo/DnsClient.NET/issues/145, github.com/DNS-OARC/dnsjit/issues/99.
type takesAny struct{ port }

func newTakesAny(dial Dialer) client { return &takesAny{port{dial: dial}} }

func (c *takesAny) Ask(ctx context.Context, question string) (string, error) {
	if err := c.open(ctx); err != nil {
		return "", err
	}
	c.conn.SetDeadline(deadline(ctx))
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		return "", err
	}
	buf := make([]byte, 1500)
	for {
		n, err := c.conn.Read(buf)
		if err != nil {
			return "", err
		}
		if line, whole := strings.CutSuffix(string(buf[:n]), "\n"); whole {
			return line, nil
		}
	}
}

// takesLate knows that a datagram can come twice, and drops one that is the same as the last one.
// It does not know that an answer can come when nobody waits for it any more.
//
// As in github.com/DNS-OARC/dnsjit/issues/99, github.com/miekg/dns/issues/1156.
type takesLate struct {
	port
	last string
}

func newTakesLate(dial Dialer) client { return &takesLate{port: port{dial: dial}} }

func (c *takesLate) Ask(ctx context.Context, question string) (string, error) {
	if err := c.open(ctx); err != nil {
		return "", err
	}
	c.conn.SetDeadline(deadline(ctx))
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		return "", err
	}
	buf := make([]byte, 1500)
	for {
		n, err := c.conn.Read(buf)
		if err != nil {
			return "", err
		}
		line, whole := strings.CutSuffix(string(buf[:n]), "\n")
		if !whole || line == c.last {
			continue
		}
		c.last = line
		return line, nil
	}
}
