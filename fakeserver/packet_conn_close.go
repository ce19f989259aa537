package fakeserver

import (
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Close closes the socket, unblocks every ReadFrom and WriteTo, and waits for every
// goroutine. The record names each datagram that the plan kept until then, in either
// direction, and each that had arrived and was not read, where the socket tells. Further
// calls return net.ErrClosed; the accessors work afterwards.
func (c *PacketConn) Close() error {
	if !c.ended.begin() {
		return c.opError("close", net.ErrClosed)
	}
	defer c.ended.end()
	defer close(c.done)
	c.sock.noteDrops()
	close(c.closing)
	c.cancel()
	c.takeRest()
	err := c.sock.pc.Close() // which ends a WriteTo that is blocked
	c.sock.release()
	c.srv.forgetSocket("closed")
	c.joined(closeGrace)
	if c.reader.lockWithin(closeGrace) {
		defer c.reader.unlock()
	}
	c.srv.nameUnread("closed: nobody read it")
	c.rec.Add(transcript.Event{Kind: transcript.Refused, Text: "closed: refusing datagrams"})
	return err
}

// takeRest takes what has arrived into the record, unless a reader does not let go of the
// socket. One whose socket can't tell what waits takes nothing.
func (c *PacketConn) takeRest() {
	if _, err := socket.Waiting(c.sock.pc); err != nil {
		return
	}
	c.wake()
	if !c.reader.lockWithin(closeGrace) {
		return
	}
	defer c.reader.unlock()
	c.sock.pc.SetReadDeadline(time.Time{})
	for range maxRest {
		if n, err := socket.Waiting(c.sock.pc); err != nil || n == 0 {
			return
		}
		if _, err := c.sock.receive(c.srv.receive); err != nil {
			return
		}
	}
}

// wake ends the reader's wait for the socket, for good.
func (c *PacketConn) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sock.pc.SetReadDeadline(past)
}
