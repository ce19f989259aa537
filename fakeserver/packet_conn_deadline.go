package fakeserver

import (
	"net"
	"os"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/alarm"
)

// packetDeadlines are the deadlines of a PacketConn. Its socket has others: a read also ends
// when something that waits in the PacketConn is to be read, and what leaves late leaves
// whatever WriteTo's deadline is.
type packetDeadlines struct {
	c  *core
	pc net.PacketConn

	mu      sync.Mutex // guards what follows
	readBy  time.Time
	writeBy time.Time
	due     time.Time   // when something that waits is to be read
	comes   alarm.Alarm // then
	writing bool        // a WriteTo has the turn
	moved   change      // when writeBy passes, or is another
	passes  *time.Timer
}

// setRead makes reads fail after t.
func (d *packetDeadlines) setRead(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readBy = t
	if hasPassed(d.due) { // the reader is woken, and may not have looked yet
		t = past
	}
	return d.setReadLocked(t)
}

// setReadLocked sets the socket's deadline, unless Close has begun, which wakes the reader. It
// needs mu.
func (d *packetDeadlines) setReadLocked(t time.Time) error {
	if d.c.isClosing() {
		return d.opError("set", net.ErrClosed)
	}
	return d.pc.SetReadDeadline(t)
}

// setWrite makes writes fail after t.
func (d *packetDeadlines) setWrite(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writeBy = t
	d.moveLocked()
	if !d.writing {
		t = time.Time{}
	}
	return d.pc.SetWriteDeadline(t)
}

// takeTurn locks turn for a write, unless its deadline passes before that.
func (d *packetDeadlines) takeTurn(turn *lock) error {
	for {
		if err := d.checkWrite(); err != nil {
			return err
		}
		if turn.tryLock() || turn.lockUnless(d.writeMoved()) {
			return nil
		}
	}
}

// writeMoved returns a channel that is closed when the deadline of writes passes, or is moved.
func (d *packetDeadlines) writeMoved() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.writeBy.IsZero() && d.passes == nil {
		d.passes = time.AfterFunc(time.Until(d.writeBy), d.move)
	}
	return d.moved.next()
}

func (d *packetDeadlines) move() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.moveLocked()
}

// moveLocked wakes what waits for the turn. It needs mu.
func (d *packetDeadlines) moveLocked() {
	if d.passes != nil {
		d.passes.Stop()
		d.passes = nil
	}
	d.moved.raise()
}

// checkRead returns the error of a read after Close, or after its deadline.
func (d *packetDeadlines) checkRead() error { return d.check("read", &d.readBy) }

// checkWrite is checkRead for a write.
func (d *packetDeadlines) checkWrite() error { return d.check("write", &d.writeBy) }

func (d *packetDeadlines) check(op string, by *time.Time) error {
	if d.c.isClosing() {
		return d.opError(op, net.ErrClosed)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if hasPassed(*by) {
		return d.opError(op, os.ErrDeadlineExceeded)
	}
	return nil
}

// wakeAt lets the socket's next read end at the deadline, or when due. After Close it does nothing: nobody would stop the alarm.
func (d *packetDeadlines) wakeAt(due time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.c.isClosing() {
		return
	}
	d.comes.Stop()
	d.due, d.comes = due, alarm.Func(due, d.c.alarmGrade(), d.wakeDue)
	d.setReadLocked(d.readBy)
}

// wakeDue ends the reader's wait for the socket, unless what was due was read.
func (d *packetDeadlines) wakeDue() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if hasPassed(d.due) {
		d.setReadLocked(past)
	}
}

// wasWoken reports whether a timeout was one of ours.
func (d *packetDeadlines) wasWoken() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return hasPassed(d.readBy) || hasPassed(d.due) || d.c.isClosing()
}

// wake ends the reader's wait for the socket, for good.
func (d *packetDeadlines) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pc.SetReadDeadline(past)
}

// forgetDue lets nothing be waited for that is due later. Close has begun.
func (d *packetDeadlines) forgetDue() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.comes.Stop()
}

// beginWrite lends the socket the deadline, which is for the WriteTo that has the turn, until
// endWrite.
func (d *packetDeadlines) beginWrite() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writing = true
	d.pc.SetWriteDeadline(d.writeBy)
}

func (d *packetDeadlines) endWrite() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.writing = false
	d.pc.SetWriteDeadline(time.Time{})
}

func (d *packetDeadlines) opError(op string, err error) error {
	here := d.pc.LocalAddr()
	return &net.OpError{Op: op, Net: here.Network(), Source: here, Err: err}
}
