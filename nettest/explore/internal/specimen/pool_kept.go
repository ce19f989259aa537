package specimen

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
)

// A pooled connection, with its reader.
type pooled struct {
	net.Conn
	r *bufio.Reader
}

// ask makes one exchange.
func (p *pooled) ask(ctx context.Context, question string) (string, error) {
	p.SetDeadline(deadline(ctx))
	if _, err := io.WriteString(p, question+"\n"); err != nil {
		return "", err
	}
	line, err := p.r.ReadString('\n')
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// dialPooled returns a new connection for a pool.
func dialPooled(ctx context.Context, dial Dialer) (*pooled, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline(ctx))
	defer cancel()
	conn, err := dial(ctx, "tcp", server)
	if err != nil {
		return nil, err
	}
	return &pooled{conn, bufio.NewReader(conn)}, nil
}

// keepsTemporary puts a connection back after an error that is said to be temporary. A timeout is, and
// the answer to the question that was given up is the next caller's.
//
// As in github.com/redis-rs/redis-rs/issues/1252, github.com/redis/go-redis/issues/1113.
type keepsTemporary struct {
	dial Dialer
	idle []*pooled
}

func newKeepsTemporary(dial Dialer) client { return &keepsTemporary{dial: dial} }

func (c *keepsTemporary) Ask(ctx context.Context, question string) (string, error) {
	conn, err := c.get(ctx)
	if err != nil {
		return "", err
	}
	answer, err := conn.ask(ctx, question)
	var e net.Error
	if err == nil || errors.As(err, &e) && e.Timeout() {
		c.idle = append(c.idle, conn)
	} else {
		conn.Close()
	}
	return answer, err
}

func (c *keepsTemporary) get(ctx context.Context) (*pooled, error) {
	if n := len(c.idle); n > 0 {
		conn := c.idle[n-1]
		c.idle = c.idle[:n-1]
		return conn, nil
	}
	return dialPooled(ctx, c.dial)
}

func (c *keepsTemporary) Close() error {
	for _, conn := range c.idle {
		conn.Close()
	}
	return nil
}

// deadPool closes a connection that has failed, and puts each back in a defer, so that none is ever
// forgotten: that one, too. The next caller gets it, and the next.
//
// As in github.com/bradfitz/gomemcache/issues/149, github.com/privacylab/talek/issues/69.
type deadPool struct {
	dial Dialer
	idle chan *pooled
}

func newDeadPool(dial Dialer) client { return &deadPool{dial: dial, idle: make(chan *pooled, 4)} }

func (c *deadPool) Ask(ctx context.Context, question string) (string, error) {
	conn, err := c.get(ctx)
	if err != nil {
		return "", err
	}
	defer c.put(conn)
	answer, err := conn.ask(ctx, question)
	if err != nil {
		conn.Close()
	}
	return answer, err
}

func (c *deadPool) get(ctx context.Context) (*pooled, error) {
	select {
	case conn := <-c.idle:
		return conn, nil
	default:
		return dialPooled(ctx, c.dial)
	}
}

func (c *deadPool) put(conn *pooled) {
	select {
	case c.idle <- conn:
	default:
		conn.Close()
	}
}

func (c *deadPool) Close() error {
	for {
		select {
		case conn := <-c.idle:
			conn.Close()
		default:
			return nil
		}
	}
}
