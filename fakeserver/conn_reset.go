package fakeserver

import (
	"errors"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Reset ends the connection with an RST, after what was written, and returns when that
// has left: it waits until the client's kernel has acknowledged what was written, for as
// long as there is progress within five seconds. What a rule keeps for longer is not sent,
// and named in the record. Before the client has sent anything, it also waits for up to a
// second until the client reads: one that is still connecting would hear of nothing else.
// A unix socket has no RST: there it does nothing, and its error wraps
// errors.ErrUnsupported.
func (c *Conn) Reset() error {
	if !socket.CanReset(c.raw) {
		return c.opError("reset", errors.ErrUnsupported)
	}
	c.out.now().awaitRule()
	if !c.end(byReset, net.ErrClosed) {
		return c.opError("reset", net.ErrClosed)
	}
	return c.resetAfterAll()
}

// resetAfterAll tears the connection down when what was written has reached the client, or
// does not get any further.
func (c *Conn) resetAfterAll() error {
	c.out.now().awaitSent()
	c.awaitDelivery()
	edge := boundary{c: c}
	edge.awaitConnected()
	edge.close()
	return c.reset("")
}

// reset tears the connection down now: as soon as the pump has said what does not leave.
func (c *Conn) reset(rule string) error { return c.resetFrom(rule, c.out.now().ended()) }

// resetFrom is reset once a pump has ended; nil: there is none, or it is the caller's own.
func (c *Conn) resetFrom(rule string, pumped <-chan struct{}) error {
	if !c.claimClose() {
		return nil
	}
	c.raw.SetDeadline(past) // wakes what reads or writes
	if pumped != nil {
		await(pumped, closeGrace/4)
	}
	c.in.gate.stop()
	c.noteUnread()
	if !socket.CanReset(c.raw) {
		c.note(transcript.Note, "closed at once: a unix socket has no RST")
		c.core.rec.Add(c.event(transcript.Close))
		return c.raw.Close()
	}
	c.out.lane.Add(transcript.Event{Kind: transcript.RST, Rule: rule, Count: c.unacked()})
	err := socket.Reset(c.raw)
	c.core.rec.Add(c.event(transcript.Close))
	if err != nil {
		err = c.core.connError(c.n, err)
		c.note(transcript.Error, err.Error())
		c.core.fail(err)
	}
	return err
}

// awaitDelivery waits until the client's kernel has everything that was written: only then an
// RST does not overtake it. It gives up after noProgress, or when the server closes, and
// returns how many bytes are missing.
func (c *Conn) awaitDelivery() (missing int64) {
	c.poll(noProgress, socket.Acked, func() (left int, ends bool) {
		left, err := socket.Unacked(c.raw)
		missing = int64(left)
		return left, err != nil || left == 0
	})
	return missing
}

// unacked returns how many written bytes the client's kernel does not have, or 0
// where that can't be known.
func (c *Conn) unacked() int64 {
	n, _ := socket.Unacked(c.raw)
	return int64(n)
}
