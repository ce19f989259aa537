package nettest

import (
	"io"
	"net"
	"os"
	"syscall"
)

// Read reads what has arrived; if there is nothing, it waits. After the peer's FIN it returns io.EOF.
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
		if !c.in.taking {
			if n := c.take(b); n > 0 {
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

// endOfInput returns why there is nothing more to read, or nil: in the order in which
// Linux looks at it (tcp_recvmsg).
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

// takeErrno returns what has become of the connection. It is told once.
func (c *Conn) takeErrno(call string) error {
	errno := c.errno
	c.errno = 0
	return sysErr(call, errno)
}

// take copies what has arrived into b, and makes room in the window.
func (c *Conn) take(b []byte) int {
	n := c.look(b)
	if n == 0 {
		return 0
	}
	c.in.read += n
	c.wasRead()
	c.takeFIN()
	return n
}

// small is how much is copied under the lock.
const small = 1 << 10

// wasRead tells those who wait for this end to read.
func (c *Conn) wasRead() {
	c.tellTaken()
	// A Write is not woken for each few bytes.
	if wants := c.peer.wants; wants > 0 {
		if room := c.in.room(); room >= wants || room >= c.in.window/2 {
			c.peer.writable.Broadcast()
		}
	}
}

// takeFIN lets a FIN arrive that waits for room.
func (c *Conn) takeFIN() {
	if c.peer.sentFIN && !c.gotFIN {
		c.peer.deliver()
	}
}

// A waiter is a Read that is blocked, and where it wants its bytes: a Write puts them
// there without a detour.
type waiter struct {
	is  bool
	b   []byte // nil as soon as something was given: what comes after is another Read's
	got int
}

// awaitInput waits for something to happen. It returns how many bytes it was given.
func (c *Conn) awaitInput(b []byte) int {
	if c.waiter.is || c.in.taking {
		c.readable.Wait()
		return 0
	}
	c.waiter = waiter{is: true, b: b}
	c.readable.Wait()
	n := c.waiter.got
	c.waiter = waiter{}
	return n
}

// give hands b to a Read that is blocked, and returns how many bytes it took.
func (c *Conn) give(b []byte) int {
	if c.waiter.b == nil || c.closed || c.readShut || c.reset || c.in.wrote > c.in.read || c.readBy.passed() {
		return 0
	}
	n := copy(c.waiter.b, b[:min(len(b), max(0, c.in.window))])
	if n == 0 {
		return 0
	}
	c.waiter.b, c.waiter.got = nil, n
	c.readable.Broadcast()
	c.tellTaken()
	return n
}

func (c *Conn) tellTaken() {
	if c.taken != nil {
		close(c.taken)
		c.taken = nil
	}
}

// Unread returns how many bytes have arrived and were not read. Close sends an RST if
// there are any.
func (c *Conn) Unread() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, c.opError("read", net.ErrClosed)
	}
	return c.in.unread(), nil
}

// CloseRead lets Read return io.EOF from now on, once it has returned what had arrived.
// The peer is not told, and may go on writing.
func (c *Conn) CloseRead() error {
	return c.shut(func() { c.readShut = true })
}

// shut closes a direction. When both have ended, there is nothing to be closed any more.
func (c *Conn) shut(do func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return c.opError("close", net.ErrClosed)
	case c.isOver():
		return c.opError("close", sysErr("shutdown", syscall.ENOTCONN))
	}
	do()
	c.readable.Broadcast()
	c.writable.Broadcast()
	return nil
}
