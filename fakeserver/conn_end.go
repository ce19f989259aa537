package fakeserver

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// After our FIN the client may still send. Closing with unread input would turn
// the FIN into an RST, so it is read and thrown away: until the client ends its
// direction, or sends nothing for drainIdle, or goes on for drainTotal. It is drainBytes at most:
// a client that writes until it fails takes no time at all in a bubble.
const (
	drainIdle  = 5 * time.Second
	drainTotal = 30 * time.Second
	drainBytes = 256 << 20
)

// finish ends the connection as the handler's error says, and returns when its
// socket is closed and its goroutines are done.
func (c *Conn) finish(err error) {
	if err == nil || wireError(err, c.LocalAddr(), c.RemoteAddr()) {
		if err != nil {
			c.out.noteBehind("handler: " + err.Error())
		}
		c.doom(net.ErrClosed)
		c.endInOrder()
		return
	}
	c.out.noteBehind("handler: " + firstLine(err))
	c.core.fail(c.core.connError(c.n, asHandlers(err)))
	c.doomTo(net.ErrClosed, true)
	c.resetBehind()
	c.endInOrder()
}

// endInOrder ends the connection with a FIN that stays a FIN. Only one call does
// it; others wait for it.
func (c *Conn) endInOrder() {
	if !c.ending.CompareAndSwap(false, true) {
		<-c.ended
		return
	}
	defer close(c.ended)
	<-c.opened
	c.in.leaveUnread() // the client that sees our FIN finds it in the record
	c.out.closeWrite()
	if !socket.CanCloseWrite(c.raw) {
		c.out.finish() // the client hears of it only when the socket is closed
		c.in.discard.Store(true)
		c.kickRaw()
	}
	c.in.drain()
	c.out.finish()
	c.in.nameUnread() // when nothing else is to be recorded
	c.closeRaw()
}

// noteUnread records what lies in the socket and will not be read.
func (c *Conn) noteUnread() {
	if n, err := socket.Unread(c.raw); err == nil && n > 0 {
		c.in.followed(n)
		c.core.rec.Add(transcript.Event{
			Conn: c.n, Direction: transcript.FromClient, Kind: transcript.Unread,
			Offset: c.in.got.Load(), Count: int64(n), Text: "in the socket when it was closed",
		})
	}
}

// readError takes note of what a read's error says of the client, and returns
// the error that the handler gets.
func (c *Conn) readError(err error) error {
	if err == nil {
		return nil
	}
	if why := c.doomed(); why != nil && (isTimeout(err) || isClosed(err)) {
		return c.opError("read", why)
	}
	switch {
	case err == io.EOF:
		c.clientEnded(transcript.FIN)
	case isReset(err):
		c.clientEnded(transcript.RST)
	case !isTimeout(err) && !isClosed(err):
		c.note(transcript.Error, err.Error())
	}
	return err
}

// writeError is readError for writes.
func (c *Conn) writeError(err error) error {
	if err == nil {
		return nil
	}
	if why := c.doomed(); why != nil && (isTimeout(err) || isClosed(err)) {
		return c.opError("write", why)
	}
	if isReset(err) {
		c.clientEnded(transcript.RST)
	}
	return err
}

// clientEnded records the client's FIN or RST, once each.
func (c *Conn) clientEnded(k transcript.Kind) {
	c.mu.Lock()
	seen := c.seenRST || k == transcript.FIN && c.seenFIN
	c.seenFIN = true
	if k == transcript.RST && !c.seenRST {
		c.seenRST = true
		close(c.rst)
	}
	c.mu.Unlock()
	if !seen {
		c.in.lane.Add(transcript.Event{Kind: k})
	}
}

func (c *Conn) note(k transcript.Kind, text string) {
	e := c.event(k)
	e.Text = text
	c.core.rec.Add(e)
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout()
}

func isClosed(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe)
}

// asHandlers says of an error that it is the handler's.
func asHandlers(err error) error {
	if _, panicked := errors.AsType[*panicError](err); panicked || err == errGoexit {
		return err
	}
	return fmt.Errorf("handler returned: %w", err)
}

// firstLine returns err's words without a panic's stack.
func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
