package specimen

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
)

// untold pipelines with numbers, and has a goroutine that reads. When the connection ends, that ends,
// too, and those who wait for answers are not told. A call has no deadline, since servers answer or
// go away.
//
// As in github.com/floatpane/matcha/issues/869, github.com/cenkalti/rpc2/issues/18.
type untold struct {
	dial Dialer

	mu      sync.Mutex // guards what follows
	conn    net.Conn   // nil: not connected
	last    int        // number
	pending map[string]chan string
}

func newUntold(dial Dialer) client { return &untold{dial: dial, pending: map[string]chan string{}} }

func (c *untold) Ask(ctx context.Context, question string) (string, error) {
	ch, err := c.send(ctx, question)
	if err != nil {
		return "", err
	}
	return <-ch, nil
}

func (c *untold) send(ctx context.Context, question string) (chan string, error) {
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
	c.last++
	number := fmt.Sprint(c.last)
	if _, err := fmt.Fprintf(c.conn, "%s %s\n", number, question); err != nil {
		c.conn.Close()
		c.conn = nil
		return nil, err
	}
	ch := make(chan string, 1)
	c.pending[number] = ch
	return ch, nil
}

func (c *untold) read(conn net.Conn) {
	defer conn.Close()
	for r := bufio.NewReader(conn); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		number, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		c.mu.Lock()
		if ch := c.pending[number]; ch != nil {
			delete(c.pending, number)
			ch <- text
		}
		c.mu.Unlock()
	}
}

func (c *untold) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == nil {
		return nil
	}
	return c.conn.Close()
}
