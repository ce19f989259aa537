package fakeserver

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How a connection ends as the end of the server's process would end it.

// exit closes the socket of a connection that ends so, unless that was done: with a FIN, and at
// once, so that the kernel answers with an RST what lies unread in it, and whatever still comes.
func (c *Conn) exit() {
	pumped := c.out.now().ended()
	if pumped == nil {
		c.out.awaitCall()
	}
	c.exitAfter(pumped)
}

// exitAfter is exit once pumped is closed; nil: there is no pump, or it is the caller.
func (c *Conn) exitAfter(pumped <-chan struct{}) {
	if !c.claimClose() {
		return
	}
	defer c.set(&c.closed)
	c.raw.SetDeadline(past) // wakes what reads or writes
	if pumped != nil {
		await(pumped, closeGrace/4)
	}
	c.in.gate.stop()
	c.noteUndelivered()
	mute := c.shutReading() // first: the client that has our FIN is not to write
	c.noteUnread()          // too: what it sends then is as late as what comes when the socket is closed
	if err := c.out.fin(); err != nil {
		c.out.lane.UnsendFIN(err.Error())
	}
	if mute { // what is unread would be an error for its Read, in place of the end of the stream
		c.throwAwayArrived()
	}
	c.core.rec.Add(c.event(transcript.Close))
	c.raw.Close()
}

// noteUndelivered records what an RST may keep from the client though it was sent.
func (c *Conn) noteUndelivered() {
	if n := c.undelivered(); n > 0 {
		c.note(transcript.Note, fmt.Sprintf("the client's kernel did not have %d bytes", n))
	}
}

// shutReading lets the client of a unix socket write no more. It reports whether it is one.
func (c *Conn) shutReading() bool {
	shut, ok := c.raw.(interface{ CloseRead() error })
	if ok = ok && !socket.CanReset(c.raw); ok {
		shut.CloseRead()
	}
	return ok
}

// throwAwayArrived empties the socket of a connection whose client writes no more.
func (c *Conn) throwAwayArrived() {
	c.raw.SetReadDeadline(time.Time{})
	for buf := make([]byte, 4<<10); ; {
		if n, err := socket.ReadNow(c.raw, buf); n == 0 || err != nil {
			return
		}
	}
}
