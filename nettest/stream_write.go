package nettest

import (
	"net"
	"os"
	"runtime"
	"syscall"
)

// Write puts b into the peer's window, and waits while that is full. With an error it returns how many bytes
// went in before.
func (c *Conn) Write(b []byte) (int, error) {
	c.mu.Lock()
	n, err := c.write(b)
	ahead := c.isAhead(n)
	c.mu.Unlock()
	if ahead {
		runtime.Gosched()
	}
	if err != nil {
		err = c.opError("write", err)
	}
	return n, err
}

// WriteNow is Write without waiting, whatever the write deadline: if not all of b fits, its error is
// os.ErrDeadlineExceeded.
func (c *Conn) WriteNow(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, err := c.writeNow(b)
	if err != nil {
		err = c.opError("write", err)
	}
	return n, err
}

func (c *Conn) writeNow(b []byte) (n int, err error) {
	switch {
	case c.closed:
		return 0, net.ErrClosed
	case c.writing:
		return 0, os.ErrDeadlineExceeded
	}
	c.writing = true
	if err = c.endOfOutput(); err == nil {
		if n = c.put(b); n < len(b) {
			err = os.ErrDeadlineExceeded
		}
	}
	c.writing = false
	c.writable.Broadcast() // other Writes
	return n, err
}

const (
	minLarge = 8 << 10   // bytes in one Write after which a reader should run
	maxAhead = 256 << 10 // bytes that may be unread before it should
)

// isAhead reports whether a reader should run before the next Write: large pieces are best
// read while they are in the cache, or given directly to a blocked Read.
func (c *Conn) isAhead(n int) bool {
	return n >= minLarge && !c.peer.closed && (c.peer.blocked.waits || c.peer.in.unread() > maxAhead)
}

func (c *Conn) write(b []byte) (n int, err error) {
	if err := c.awaitTurn(); err != nil {
		return 0, err
	}
	c.writing = true
	for err = c.endOfOutput(); err == nil; err = c.endOfOutput() {
		if n += c.put(b[n:]); n == len(b) {
			break
		}
		if c.peer.in.room() > 0 { // a Read made it while put was copying
			continue
		}
		if err = c.endOfOutput(); err != nil { // it may have come then, too
			break
		}
		if c.writeBy.passed() {
			err = os.ErrDeadlineExceeded
			break
		}
		c.wants = len(b) - n
		c.writable.Wait()
		c.wants = 0
	}
	c.writing = false
	c.writable.Broadcast() // other Writes
	return n, err
}

// awaitTurn waits for other Writes to end, so that their bytes do not mix.
func (c *Conn) awaitTurn() error {
	for {
		switch {
		case c.closed:
			return net.ErrClosed
		case c.writeBy.passed():
			return os.ErrDeadlineExceeded
		case !c.writing:
			return nil
		}
		c.writable.Wait()
	}
}

// endOfOutput returns why nothing more can be written, or nil.
func (c *Conn) endOfOutput() error {
	switch {
	case c.closed:
		return net.ErrClosed
	case c.errno != 0:
		return c.takeErrno("write")
	case c.reset, c.sentFIN:
		return sysErr("write", syscall.EPIPE)
	}
	return nil
}

// put sends as many bytes as there is room for, and returns how many that were.
func (c *Conn) put(b []byte) int {
	n := 0
	if !c.way.isCut() {
		n = c.peer.give(b)
	}
	if b = b[n:]; len(b) == 0 {
		return n
	}
	in := &c.peer.in
	m := min(len(b), in.room())
	if m == 0 {
		return n
	}
	x, y := in.space(m)
	if m <= maxCopyLocked || n > 0 { // bytes of one Write arrive together
		copy(y, b[copy(x, b):m])
	} else {
		c.mu.Unlock()
		copy(y, b[copy(x, b):m])
		c.mu.Lock()
		if c.closed || c.sentFIN || c.reset {
			return n // the end came first: these bytes are not sent
		}
	}
	in.wrote += m
	c.deliver()
	return n + m
}
