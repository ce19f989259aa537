package nettest

import (
	"errors"
	"net"
	"os"
	"runtime"
	"syscall"
)

// Write puts b into the peer's window, and waits while that is full. With an error it returns how many bytes
// were taken before.
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

// WriteNow is Write without waiting, whatever the write deadline: if not all of b was taken, its error is
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
	case c.busy:
		return 0, os.ErrDeadlineExceeded
	}
	c.busy = true
	if err = c.endOfOutput(); err == nil {
		if n = c.put(b); n < len(b) {
			err = os.ErrDeadlineExceeded
		}
	}
	c.busy = false
	c.writable.Broadcast() // other Writes
	return n, err
}

// isAhead reports whether a reader should run before the next Write: large pieces are best
// read while the cache has them, or handed over without a detour.
func (c *Conn) isAhead(n int) bool {
	return n >= large && !c.peer.closed && (c.peer.waiter.is || c.peer.in.unread() > aheadAtMost)
}

const (
	large       = 8 << 10
	aheadAtMost = 256 << 10
)

func (c *Conn) write(b []byte) (n int, err error) {
	if err := c.takeTurn(); err != nil {
		return 0, err
	}
	c.busy = true
	for err = c.endOfOutput(); err == nil; err = c.endOfOutput() {
		if n += c.put(b[n:]); n == len(b) {
			break
		}
		if c.peer.in.room() > 0 { // a Read made it while put copied
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
	c.busy = false
	c.writable.Broadcast() // other Writes
	return n, err
}

// takeTurn waits for other Writes to end: they don't mix.
func (c *Conn) takeTurn() error {
	for {
		switch {
		case c.closed:
			return net.ErrClosed
		case c.writeBy.passed():
			return os.ErrDeadlineExceeded
		case !c.busy:
			return nil
		}
		c.writable.Wait()
	}
}

// endOfOutput returns why nothing can be written any more, or nil.
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

// put takes what there is room for, and returns how much that was.
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
	if m <= small || n > 0 { // what was written at once arrives at once
		copy(y, b[copy(x, b):m])
	} else {
		c.mu.Unlock()
		copy(y, b[copy(x, b):m])
		c.mu.Lock()
		if c.closed || c.sentFIN || c.reset {
			return n // the end has come first: these bytes are not sent
		}
	}
	in.wrote += m
	c.deliver()
	return n + m
}

// deliver brings what was sent to the other end, if the way is open. If not, it is
// called again when it is.
func (c *Conn) deliver() {
	p := c.peer
	if c.reset || c.way.keeps(c) {
		return
	}
	if p.in.wrote > p.in.arrived {
		if p.closed || p.readShut && p.sentFIN && !p.gotFIN {
			p.in.discard() // nobody is there, or wants it
			p.refuse()
			return
		}
		p.in.arrived = p.in.wrote
		c.tellAcked()
		p.readable.Broadcast()
	}
	if c.sentFIN && !p.gotFIN && (p.in.room() > 0 || p.closed) { // a FIN takes up a byte of the window
		p.gotFIN = true
		p.readable.Broadcast()
		c.writable.Broadcast() // a Close that waits for it
	}
}

// refuse answers bytes that nobody will read with an RST.
func (c *Conn) refuse() {
	if !c.closed {
		c.wasReset()
	}
	c.sendRST()
}

// sendRST resets the connection. What has not arrived is lost, and so is the RST
// itself while there is a partition.
func (c *Conn) sendRST() {
	c.reset = true
	c.peer.in.discard()
	c.tellAcked()
	if !c.way.isCut() {
		c.peer.wasReset()
	}
}

// wasReset is what an RST does (tcp_reset).
func (c *Conn) wasReset() {
	if c.isOver() {
		return
	}
	c.reset = true
	c.errno = syscall.ECONNRESET
	if c.gotFIN && !c.sentFIN {
		c.errno = syscall.EPIPE
	}
	c.peer.in.discard()
	c.tellAcked()
	c.readable.Broadcast()
	c.writable.Broadcast()
}

// WriteWaits reports whether a Write is under way that waits for room in the peer's window.
func (c *Conn) WriteWaits() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wants > 0
}

// Unacked returns how many written bytes have not arrived: none, unless there is a
// partition.
func (c *Conn) Unacked() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return 0, c.opError("write", net.ErrClosed)
	}
	return c.peer.in.wrote - c.peer.in.arrived, nil
}

// Acked returns a channel that is closed when Unacked falls, or the connection ends.
func (c *Conn) Acked() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.acked == nil {
		c.acked = make(chan struct{})
	}
	return c.acked
}

func (c *Conn) tellAcked() {
	if c.acked != nil {
		close(c.acked)
		c.acked = nil
	}
}

// PeerUnread returns how many written bytes the other end has not read. If it never
// will, the error says so.
func (c *Conn) PeerUnread() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.peer.in.wrote - c.peer.in.read
	switch {
	case c.closed:
		return 0, c.opError("write", net.ErrClosed)
	case n > 0 && (c.reset || c.peer.closed):
		return n, errPeerGone
	}
	return n, nil
}

var errPeerGone = errors.New("the peer has closed the connection")

// PeerRead returns a channel that is closed when the other end reads something, or ends.
func (c *Conn) PeerRead() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.peer.taken == nil {
		c.peer.taken = make(chan struct{})
	}
	return c.peer.taken
}
