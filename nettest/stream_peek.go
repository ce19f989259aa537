package nettest

import (
	"io"
	"net"
	"os"
)

// Peek is Read, but what it has read can be read again. As Read, it waits if there is nothing, and
// tells of an RST once.
func (c *Conn) Peek(b []byte) (int, error) {
	n, err := c.peek(b)
	if err != nil && err != io.EOF {
		err = c.opError("read", err)
	}
	return n, err
}

func (c *Conn) peek(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, net.ErrClosed
		case len(b) == 0:
			return 0, nil
		case c.readBy.passed():
			return 0, os.ErrDeadlineExceeded
		}
		if !c.in.taking {
			if n := c.look(b); n > 0 {
				return n, nil
			}
			if err := c.endOfInput(); err != nil {
				return 0, err
			}
		}
		c.readable.Wait()
	}
}

// look copies what has arrived into b.
func (c *Conn) look(b []byte) int {
	n := min(len(b), c.in.unread())
	if n == 0 {
		return 0
	}
	x, y := c.in.next(n)
	if n <= small {
		return copy(b, x) + copy(b[len(x):], y)
	}
	c.in.taking = true
	c.mu.Unlock()
	copy(b[copy(b, x):], y)
	c.mu.Lock()
	c.in.taking = false
	c.readable.Broadcast() // other Reads
	return n
}
