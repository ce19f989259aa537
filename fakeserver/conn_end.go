package fakeserver

import (
	"errors"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// end dooms the connection: it is to end as how says, and all further Reads and Writes fail
// with why. Those that are blocked are woken. See life. It reports whether nothing had doomed
// the connection before.
func (c *Conn) end(how ending, why error) (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if why == net.ErrClosed && c.core.isClosing() {
		why = errAtClose
	}
	if first = c.doomLocked(how, why); first {
		if why == errAtClose {
			c.in.lane.CutOff()
		}
		c.in.discard.Store(true)
		// Only what the handler called is woken: pumps go on until the end.
		c.in.mode.wakeHandler()
		c.out.mode.wakeHandler()
	}
	return first
}

// hurry lets nothing wait for the client any more.
func (c *Conn) hurry() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hurried = true
	c.changed.raise()
	c.raw.SetDeadline(past)
}

// endNow ends the connection in order, and hurries it: the server is closing.
func (c *Conn) endNow() {
	c.end(inOrder, net.ErrClosed)
	c.hurry()
	if !c.hasHandler() {
		c.buryAside()
	}
}

// hangUp ends the connection in order, and does not wait for that. It is not the handler or
// owner that calls it.
func (c *Conn) hangUp() {
	if c.end(inOrder, net.ErrClosed) || !c.hasHandler() {
		c.buryAside()
	}
}

// tearDown ends the connection with an RST at once, where there is such a thing. It
// is not the handler or owner that calls it.
func (c *Conn) tearDown() error {
	if !socket.CanReset(c.raw) {
		return c.opError("reset", errors.ErrUnsupported)
	}
	c.end(atOnce, net.ErrClosed)
	return c.reset("")
}

// finish ends the connection as the handler's error says, and returns when its
// socket is closed and its goroutines are done.
func (c *Conn) finish(err error) {
	switch {
	case err == nil:
		c.end(inOrder, net.ErrClosed)
	case wireError(err, c.LocalAddr(), c.RemoteAddr()):
		c.out.noteAfter(handlerText(err))
		c.end(inOrder, net.ErrClosed)
	case c.excused(err):
		c.end(inOrder, net.ErrClosed)
	default:
		c.fail(asHandlers(err)) // first: Verify knows of what is in the record
		c.out.noteAfter("handler: " + firstLine(err))
		c.end(byReset, net.ErrClosed)
		c.resetAfterAll()
	}
	c.bury()
}

// excused reports whether the plan is the cause of a handler's error, and records that it is.
func (c *Conn) excused(err error) bool {
	rule := c.core.excuse(c.n, err)
	if rule != "" {
		c.out.noteAfter(excusedNote(rule, err))
	}
	return rule != ""
}

// hasHandler reports whether a handler has the connection, whose return buries it.
func (c *Conn) hasHandler() bool { return c.buried == nil }

// bury sees a doomed connection to its end. Only one call does it; others wait for it.
func (c *Conn) bury() { c.burial.do(c.buryNow) }

// buryAside lets a goroutine bury the connection, unless one does already.
func (c *Conn) buryAside() {
	if !c.burial.begin() {
		return
	}
	if c.hasHandler() { // else the Listener has counted it when it came
		c.core.wg.Add(1)
	}
	go c.buryAlone()
}

func (c *Conn) buryAlone() {
	defer c.core.wg.Done()
	defer c.burial.end()
	c.buryNow()
	if !c.hasHandler() {
		c.buried(c)
	}
}

// buryNow ends both directions, and closes the socket.
func (c *Conn) buryNow() {
	c.await(&c.begun)
	c.in.now().leaveUnread() // a client that sees our FIN finds it in the record
	c.out.closeWrite()
	if !socket.CanCloseWrite(c.raw) {
		c.out.finish() // the client hears of it only when the socket is closed
		c.in.discard.Store(true)
		c.hurry()
	}
	c.in.now().drain()
	c.out.finish()
	c.in.now().nameUnread() // when nothing else is to be recorded
	c.closeSocket()
	c.await(&c.closed) // something else may be about to: nothing is recorded after the burial
}

// closeSocket closes the socket, unless that was done. Where the end is to be an RST, it leaves
// that to what is about to send it, or sends it when the server closes.
func (c *Conn) closeSocket() {
	if c.isToReset() {
		c.sleep(nil)
		c.reset("")
		return
	}
	if c.claimClose() {
		defer c.set(&c.closed)
		c.noteUnread()
		c.core.rec.Add(c.event(transcript.Close))
		c.raw.Close()
	}
}

// noteUnread records what lies in the socket and will not be read.
func (c *Conn) noteUnread() {
	if c.sawEnd() {
		return // it was all read
	}
	if n, err := socket.Unread(c.raw); err == nil && n > 0 {
		c.in.now().followed(n)
		c.core.rec.Add(transcript.Event{
			Conn: c.n, Direction: transcript.FromClient, Kind: transcript.Unread,
			Offset: c.in.got.Load(), Count: int64(n), Text: "in the socket when it was closed",
		})
	}
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
func (c *Conn) reset(rule string) error { return c.resetAfter(rule, c.out.now().ended()) }

// resetAfter is reset once pumped is closed; nil: there is no pump, or it is the caller.
func (c *Conn) resetAfter(rule string, pumped <-chan struct{}) error {
	if !c.claimClose() {
		return nil
	}
	defer c.set(&c.closed)
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
	c.out.lane.Add(transcript.Event{Kind: transcript.RST, Rule: rule, Count: c.undelivered()})
	err := socket.Reset(c.raw)
	c.core.rec.Add(c.event(transcript.Close))
	if err != nil {
		err = c.fail(err)
		c.note(transcript.Error, err.Error())
	}
	return err
}
