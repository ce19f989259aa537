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

// sendsOnClosed closes the channel of a call that was given up. When its answer comes after all, the
// goroutine that reads sends on it, and the program ends.
//
// As in github.com/sourcegraph/jsonrpc2/issues/103.
type sendsOnClosed struct {
	dial Dialer

	mu      sync.Mutex // guards what follows
	conn    net.Conn   // nil: not connected
	waiting chan string
}

func newSendsOnClosed(dial Dialer) client { return &sendsOnClosed{dial: dial} }

func (c *sendsOnClosed) Ask(ctx context.Context, question string) (string, error) {
	ch, err := c.send(ctx, question)
	if err != nil {
		return "", err
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case line, ok := <-ch:
		if !ok {
			return "", io.ErrUnexpectedEOF
		}
		return line, nil
	case <-timer.C:
		close(ch)
		return "", context.DeadlineExceeded
	}
}

func (c *sendsOnClosed) send(ctx context.Context, question string) (chan string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		conn, err := c.dial(ctx, "tcp", server)
		if err != nil {
			return nil, err
		}
		c.conn = conn
		go c.read(conn)
	}
	if _, err := io.WriteString(c.conn, question+"\n"); err != nil {
		return nil, err
	}
	c.waiting = make(chan string, 1)
	return c.waiting, nil
}

func (c *sendsOnClosed) read(conn net.Conn) {
	for r := bufio.NewReader(conn); ; {
		line, err := r.ReadString('\n')
		c.mu.Lock()
		if err != nil {
			close(c.waiting)
			c.conn = nil
			c.mu.Unlock()
			conn.Close()
			return
		}
		c.waiting <- strings.TrimSpace(line)
		c.mu.Unlock()
	}
}

func (c *sendsOnClosed) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return nil
	}
	return c.conn.Close()
}
