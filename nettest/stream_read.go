package nettest

import (
	"io"
	"net"
	"os"
)

// Read reads what has arrived. If there is nothing, it waits. After the peer's FIN it returns io.EOF.
func (c *Conn) Read(b []byte) (int, error) {
	n, err := c.read(b, true)
	if err != nil && err != io.EOF {
		err = c.opError("read", err)
	}
	return n, err
}

// ReadNow is Read without waiting: if there is nothing, its error is
// os.ErrDeadlineExceeded.
func (c *Conn) ReadNow(b []byte) (int, error) {
	n, err := c.read(b, false)
	if err != nil && err != io.EOF {
		err = c.opError("read", err)
	}
	return n, err
}

func (c *Conn) read(b []byte, wait bool) (int, error) {
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
		if !c.in.copying {
			if n := c.consume(b); n > 0 {
				return n, nil
			}
			if err := c.endOfInput(); err != nil {
				return 0, err
			}
		}
		if !wait {
			return 0, os.ErrDeadlineExceeded
		}
		if n := c.awaitInput(b); n > 0 {
			return n, nil
		}
	}
}

// endOfInput returns why there is nothing more to read, or nil. Linux checks in the same
// order (tcp_recvmsg).
func (c *Conn) endOfInput() error {
	switch {
	case c.gotFIN:
		return io.EOF
	case c.errno != 0:
		return c.takeErrno("read")
	case c.reset, c.readShut:
		return io.EOF
	}
	return nil
}

// consume copies what has arrived into b, and makes room in the window.
func (c *Conn) consume(b []byte) int {
	n := c.look(b)
	if n == 0 {
		return 0
	}
	c.in.read += n
	c.wasRead()
	c.receiveFIN()
	return n
}

// maxCopyLocked is how many bytes are copied under the lock.
const maxCopyLocked = 1 << 10

// look copies what has arrived into b.
func (c *Conn) look(b []byte) int {
	n := min(len(b), c.in.unread())
	if n == 0 {
		return 0
	}
	x, y := c.in.next(n)
	if n <= maxCopyLocked {
		return copy(b, x) + copy(b[len(x):], y)
	}
	c.in.copying = true
	c.mu.Unlock()
	copy(b[copy(b, x):], y)
	c.mu.Lock()
	c.in.copying = false
	c.readable.Broadcast() // other Reads
	return n
}

// awaitInput waits for something to happen. It returns how many bytes a Write has put
// into b.
func (c *Conn) awaitInput(b []byte) int {
	if c.blocked.waits || c.in.copying {
		c.readable.Wait()
		return 0
	}
	c.blocked = blockedRead{waits: true, b: b}
	c.readable.Wait()
	n := c.blocked.got
	c.blocked = blockedRead{}
	return n
}

// Peek is Read, except that what it has read can be read again. As Read, it waits if there
// is nothing, and reports an RST once.
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
		if !c.in.copying {
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
