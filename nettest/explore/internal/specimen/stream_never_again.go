package specimen

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
)

// onlyEOF connects again when the server has closed the connection or does not answer, which is what it
// did when the author stopped it. After a reset it goes on with the broken one.
//
// As in github.com/cgrates/kamevapi/issues/8.
type onlyEOF struct{ link }

func newOnlyEOF(dial Dialer) client { return &onlyEOF{link{dial: dial}} }

func (c *onlyEOF) Ask(ctx context.Context, question string) (string, error) {
	if err := c.connect(ctx); err != nil {
		return "", err
	}
	c.conn.SetDeadline(deadline(ctx))
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		return "", err
	}
	line, err := c.r.ReadString('\n')
	if err == io.EOF || isTimeout(err) {
		c.hangUp()
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// stuckWriter writes through a bufio.Writer to a connection that replaces itself. The Writer keeps the
// first error that it ever got, and returns it for good.
//
// As in github.com/golang/go/issues/44120, github.com/influxdata/influxdb-client-go/issues/88.
type stuckWriter struct {
	wire redialer
	w    *bufio.Writer
	r    *bufio.Reader
}

func newStuckWriter(dial Dialer) client {
	c := &stuckWriter{wire: redialer{dial: dial}}
	c.w, c.r = bufio.NewWriter(&c.wire), bufio.NewReader(&c.wire)
	return c
}

func (c *stuckWriter) Ask(ctx context.Context, question string) (string, error) {
	c.wire.ctx = ctx
	c.w.WriteString(question + "\n")
	if err := c.w.Flush(); err != nil {
		return "", err
	}
	line, err := c.r.ReadString('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(line), nil
}

func (c *stuckWriter) Close() error { return c.wire.Close() }

// A redialer is a connection that is dialed by its next use after it broke.
type redialer struct {
	dial Dialer
	ctx  context.Context // of the call
	conn net.Conn
}

func (r *redialer) Write(p []byte) (int, error) {
	if r.conn == nil {
		ctx, cancel := context.WithDeadline(r.ctx, deadline(r.ctx))
		defer cancel()
		conn, err := r.dial(ctx, "tcp", server)
		if err != nil {
			return 0, err
		}
		r.conn = conn
	}
	r.conn.SetDeadline(deadline(r.ctx))
	n, err := r.conn.Write(p)
	if err != nil {
		r.Close()
	}
	return n, err
}

func (r *redialer) Read(p []byte) (int, error) {
	if r.conn == nil {
		return 0, net.ErrClosed
	}
	n, err := r.conn.Read(p)
	if err != nil {
		r.Close()
	}
	return n, err
}

func (r *redialer) Close() error {
	if r.conn == nil {
		return nil
	}
	conn := r.conn
	r.conn = nil
	return conn.Close()
}
