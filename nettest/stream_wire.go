package nettest

import "syscall"

// What passes from one end to the other: bytes, FIN and RST, and that bytes were read.

// deliver brings what this end sent to the other, if the way is open. If it is not, it is
// called again when it is.
func (c *Conn) deliver() {
	p := c.peer
	if c.reset || c.isHeld() {
		return
	}
	if p.in.wrote > p.in.arrived {
		if p.closed || p.readShut && p.sentFIN && !p.gotFIN {
			p.in.discard() // it will not be read
			p.refuse()
			return
		}
		p.in.arrived = p.in.wrote
		c.signalAck()
		p.readable.Broadcast()
	}
	if c.sentFIN && !p.gotFIN && (p.in.room() > 0 || p.closed) { // a FIN takes up a byte of the window
		p.gotFIN = true
		p.readable.Broadcast()
		c.writable.Broadcast() // a Close that waits for it
	}
}

// isHeld reports whether the way is cut. If it is, deliverHeld is called when it no longer is.
func (c *Conn) isHeld() bool {
	if c.held {
		return c.way.isCut()
	}
	c.held = c.way.hold(c)
	return c.held
}

func (c *Conn) deliverHeld() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = false
	c.deliver()
}

// give hands b to a blocked Read, and returns how many bytes that took.
func (c *Conn) give(b []byte) int {
	if c.blocked.b == nil || c.closed || c.readShut || c.reset || c.in.wrote > c.in.read || c.readBy.passed() {
		return 0
	}
	n := copy(c.blocked.b, b[:min(len(b), max(0, c.in.window))])
	if n == 0 {
		return 0
	}
	c.blocked.b, c.blocked.got = nil, n
	c.readable.Broadcast()
	c.signalRead()
	return n
}

// wasRead tells what waits for this end to read.
func (c *Conn) wasRead() {
	c.signalRead()
	// A Write is not woken for every few bytes.
	if wants := c.peer.wants; wants > 0 {
		if room := c.in.room(); room >= wants || room >= c.in.window/2 {
			c.peer.writable.Broadcast()
		}
	}
}

func (c *Conn) sendFIN() {
	c.sentFIN = true
	c.deliver()
}

// receiveFIN lets a FIN arrive that waits for room.
func (c *Conn) receiveFIN() {
	if c.peer.sentFIN && !c.gotFIN {
		c.peer.deliver()
	}
}

// refuse answers bytes that will not be read with an RST.
func (c *Conn) refuse() {
	if !c.closed {
		c.wasReset()
	}
	c.sendRST()
}

// sendRST resets the connection. What has not arrived is lost, and so is the RST
// itself during a partition.
func (c *Conn) sendRST() {
	c.reset = true
	c.peer.in.discard()
	c.signalAck()
	if !c.way.isCut() {
		c.peer.wasReset()
	}
}

// wasReset does what an RST does (tcp_reset).
func (c *Conn) wasReset() {
	if c.isOver() {
		return
	}
	c.reset = true
	c.errno = syscall.ECONNRESET
	if c.gotFIN && !c.sentFIN {
		c.errno = syscall.EPIPE
	}
	c.gotRST = true
	if c.rstSig != nil {
		close(c.rstSig)
	}
	c.peer.in.discard()
	c.signalAck()
	c.readable.Broadcast()
	c.writable.Broadcast()
}

func (c *Conn) signalRead() {
	if c.readSig != nil {
		close(c.readSig)
		c.readSig = nil
	}
}

func (c *Conn) signalAck() {
	if c.ackSig != nil {
		close(c.ackSig)
		c.ackSig = nil
	}
}
