package specimen

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// shifted pipelines: a goroutine reads, and gives each line to whoever has waited longest. Who gives up
// leaves the queue, so that nobody waits for one who is gone; and takes along the place of the answer
// that is still to come.
//
// As in github.com/DNS-OARC/dnsjit/issues/99, github.com/redis-rs/redis-rs/issues/1252.
type shifted struct {
	dial Dialer

	mu      sync.Mutex // guards what follows
	conn    net.Conn   // nil: not connected
	waiting []chan result
	readers sync.WaitGroup
}

// A result is what a pipeline's reader has for one who waits.
type result struct {
	line string
	err  error
}

func newShifted(dial Dialer) client { return &shifted{dial: dial} }

func (c *shifted) Ask(ctx context.Context, question string) (string, error) {
	ch := make(chan result, 1)
	if err := c.send(ctx, question, ch); err != nil {
		return "", err
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case r := <-ch:
		return r.line, r.err
	case <-timer.C:
		c.leave(ch)
		return "", context.DeadlineExceeded
	case <-ctx.Done():
		c.leave(ch)
		return "", ctx.Err()
	}
}

func (c *shifted) send(ctx context.Context, question string, ch chan result) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		dialing, cancel := context.WithDeadline(ctx, deadline(ctx))
		defer cancel()
		conn, err := c.dial(dialing, "tcp", server)
		if err != nil {
			return err
		}
		c.conn = conn
		c.readers.Go(func() { c.read(conn) })
	}
	c.conn.SetWriteDeadline(deadline(ctx))
	c.waiting = append(c.waiting, ch)
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		c.failLocked(c.conn, err)
	}
	return nil
}

func (c *shifted) leave(ch chan result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, waiting := range c.waiting {
		if waiting == ch {
			c.waiting = append(c.waiting[:i], c.waiting[i+1:]...)
			return
		}
	}
}

func (c *shifted) read(conn net.Conn) {
	for r := bufio.NewReader(conn); ; {
		line, err := r.ReadString('\n')
		c.mu.Lock()
		if err != nil {
			c.failLocked(conn, err)
			c.mu.Unlock()
			return
		}
		if c.conn == conn && len(c.waiting) > 0 {
			c.waiting[0] <- result{line: strings.TrimSpace(line)}
			c.waiting = c.waiting[1:]
		}
		c.mu.Unlock()
	}
}

// failLocked ends a connection, and tells who waits. It needs mu.
func (c *shifted) failLocked(conn net.Conn, err error) {
	conn.Close()
	if c.conn != conn {
		return
	}
	c.conn = nil
	for _, ch := range c.waiting {
		ch <- result{err: err}
	}
	c.waiting = nil
}

func (c *shifted) Close() error {
	c.mu.Lock()
	if c.conn != nil {
		c.failLocked(c.conn, net.ErrClosed)
	}
	c.mu.Unlock()
	c.readers.Wait()
	return nil
}
