package specimen

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
)

// goodPipeline numbers its questions and has a goroutine that reads. When its connection ends all who
// wait are told; the next call dials again. One that does not answer in time is given up, since it may
// never answer again.
type goodPipeline struct {
	dial Dialer

	mu      sync.Mutex // guards what follows
	conn    net.Conn   // nil: not connected
	last    int        // number
	pending map[string]chan result
	readers sync.WaitGroup
}

func newGoodPipeline(dial Dialer) client {
	return &goodPipeline{dial: dial, pending: map[string]chan result{}}
}

func (c *goodPipeline) Ask(ctx context.Context, question string) (string, error) {
	ctx, cancel := context.WithDeadline(ctx, deadline(ctx))
	defer cancel()
	conn, ch, err := c.send(ctx, question)
	if err != nil {
		return "", err
	}
	select {
	case r := <-ch:
		return r.line, r.err
	case <-ctx.Done():
		c.mu.Lock()
		defer c.mu.Unlock()
		c.failLocked(conn, ctx.Err())
		return "", ctx.Err()
	}
}

func (c *goodPipeline) send(ctx context.Context, question string) (net.Conn, chan result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		conn, err := c.dial(ctx, "tcp", server)
		if err != nil {
			return nil, nil, err
		}
		c.conn = conn
		c.readers.Go(func() { c.read(conn) })
	}
	c.last++
	number, ch := fmt.Sprint(c.last), make(chan result, 1)
	c.pending[number] = ch
	conn := c.conn
	conn.SetWriteDeadline(deadline(ctx))
	if _, err := fmt.Fprintf(conn, "%s %s\n", number, question); err != nil {
		c.failLocked(conn, err)
	}
	return conn, ch, nil
}

func (c *goodPipeline) read(conn net.Conn) {
	for r := bufio.NewReader(conn); ; {
		line, err := r.ReadString('\n')
		c.mu.Lock()
		if err != nil {
			c.failLocked(conn, err)
			c.mu.Unlock()
			return
		}
		number, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if ch := c.pending[number]; ch != nil {
			delete(c.pending, number)
			ch <- result{line: text}
		}
		c.mu.Unlock()
	}
}

// failLocked ends a connection, and tells who waits for it. It needs mu.
func (c *goodPipeline) failLocked(conn net.Conn, err error) {
	conn.Close()
	if c.conn != conn {
		return
	}
	c.conn = nil
	for _, ch := range c.pending {
		ch <- result{err: err}
	}
	clear(c.pending)
}

func (c *goodPipeline) Close() error {
	c.mu.Lock()
	if c.conn != nil {
		c.failLocked(c.conn, net.ErrClosed)
	}
	c.mu.Unlock()
	c.readers.Wait()
	return nil
}
