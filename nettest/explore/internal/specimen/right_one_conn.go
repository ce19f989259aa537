package specimen

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
)

// oneConn has one connection for good, which its constructor dials. After an error it has none, and says
// so to everybody.
type oneConn struct {
	conn net.Conn
	r    *bufio.Reader
	err  error
}

func openOneConn(ctx context.Context, dial Dialer) (client, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline(ctx))
	defer cancel()
	conn, err := dial(ctx, "tcp", server)
	if err != nil {
		return nil, err
	}
	c := &oneConn{conn: conn, r: bufio.NewReader(conn)}
	conn.SetDeadline(deadline(ctx))
	if err := logIn(c.r, conn); err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *oneConn) Ask(ctx context.Context, question string) (string, error) {
	if c.err != nil {
		return "", c.err
	}
	c.conn.SetDeadline(deadline(ctx))
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		return "", c.fail(err)
	}
	line, err := c.r.ReadString('\n')
	if err != nil {
		return "", c.fail(err)
	}
	return strings.TrimSuffix(line, "\n"), nil
}

func (c *oneConn) fail(err error) error {
	c.err = err
	c.conn.Close()
	return err
}

func (c *oneConn) Close() error { return c.conn.Close() }
