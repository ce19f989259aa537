package fakeserver

import (
	"errors"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Reset ends the connection with an RST, behind what was written, and returns when that
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
	if c.out.hasPump() && c.out.ruledOut() != nil {
		c.out.awaitPumped() // a rule has ended the connection before
	}
	if !c.doomTo(net.ErrClosed, true) {
		return c.opError("reset", net.ErrClosed)
	}
	return c.resetBehind()
}

// abort ends the connection with an RST at once, also where it is about to end in
// order.
func (c *Conn) abort() error {
	c.doomTo(net.ErrClosed, true)
	c.mu.Lock()
	c.toReset = true
	c.mu.Unlock()
	return c.reset("")
}

// resetBehind tears the connection down when what was written has reached the client, or
// does not get any further.
func (c *Conn) resetBehind() error {
	if c.out.hasPump() {
		c.out.queue.put(decide.Step{Op: decide.OpReset})
		c.out.awaitPumped() // it does it, unless it had ended before, or is stopped
	}
	c.awaitDelivery()
	edge := boundary{c: c}
	edge.awaitConnected()
	edge.close()
	return c.reset("")
}

// awaitPumped waits for the pump to end, for as long as something leaves, or the client
// reads, within noProgress.
func (out *outbound) awaitPumped() {
	c := out.c
	for since := time.Now(); ; {
		sent, left := out.lane.Offset(), c.unacked()
		changed, read := out.queue.next(), socket.PeerRead(c.raw)
		until := since.Add(noProgress)
		if isClosedChan(out.pumped) || hasPassed(until) || !c.sleepForAny(until, changed, read, out.pumped) {
			return
		}
		if out.lane.Offset() != sent || c.unacked() < left || isClosedChan(read) {
			since = time.Now()
		}
	}
}

// reset tears the connection down now: as soon as the pump has said what does not leave.
func (c *Conn) reset(rule string) error { return c.resetFrom(rule, c.out.ended()) }

// resetFrom is reset once a pump has ended; nil: there is none, or it is the caller's own.
func (c *Conn) resetFrom(rule string, pumped <-chan struct{}) error {
	if !c.markDead() {
		return nil
	}
	c.kickRaw() // wakes who reads or writes
	if pumped != nil {
		await(pumped, closeGrace/4)
	}
	c.in.taking.stop()
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

// awaitDelivery waits until the client's kernel has everything that was written.
// It gives up after noProgress, or when the server closes, and returns how many
// bytes are missing. Only then an RST does not overtake them.
func (c *Conn) awaitDelivery() int64 {
	pause, since := firstPoll, time.Now()
	for before := -1; ; {
		told := socket.Acked(c.raw)
		left, err := socket.Unacked(c.raw)
		if before >= 0 && left < before {
			since, pause = time.Now(), firstPoll
		}
		if err != nil || left == 0 || time.Since(since) >= noProgress {
			return int64(left)
		}
		if told != nil {
			pause = time.Until(since.Add(noProgress)) // there is no need to ask again before
		}
		if !c.sleep(told, time.Now().Add(pause)) {
			return int64(left)
		}
		before, pause = left, min(2*pause, lastPoll)
	}
}

// Waiting for the other side's kernel is polling, from often to seldom.
const (
	firstPoll  = 20 * time.Microsecond
	lastPoll   = 2 * time.Millisecond
	noProgress = 5 * time.Second
)

// unacked returns how many written bytes the client's kernel does not have, or 0
// where that can't be known.
func (c *Conn) unacked() int64 {
	n, _ := socket.Unacked(c.raw)
	return int64(n)
}
