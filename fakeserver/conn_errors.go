package fakeserver

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// check returns the error of an operation on a connection that has ended.
func (c *Conn) check(op string) error {
	if why := c.doomed(); why != nil {
		return c.opError(op, why)
	}
	return nil
}

// whyOr returns why Read and Write fail, or err if they don't yet.
func (c *Conn) whyOr(err error) error {
	if why := c.doomed(); why != nil {
		return why
	}
	return err
}

// opError wraps err as a socket would.
func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: c.raw.LocalAddr().Network(), Source: c.raw.LocalAddr(), Addr: c.raw.RemoteAddr(), Err: err}
}

// asOpError is opError for an error other than io.EOF that is not wrapped yet.
func (c *Conn) asOpError(op string, err error) error {
	if _, is := errors.AsType[*net.OpError](err); is || err == io.EOF {
		return err
	}
	return c.opError(op, err)
}

// fail keeps an error of the connection for Verify, and returns it with the connection's number.
func (c *Conn) fail(err error) error {
	err = c.core.connError(c.n, err)
	c.core.fail(err)
	return err
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
	case err == io.EOF && c.isTorn(): // a write has heard of it first
		c.clientEnded(transcript.RST)
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

// clientEnded records the client's FIN or RST, once each, and no FIN after an RST.
func (c *Conn) clientEnded(k transcript.Kind) {
	c.mu.Lock()
	news := c.client != k && c.client != transcript.RST
	if news {
		c.client = k
		c.changed.raise()
	}
	c.mu.Unlock()
	if news {
		c.in.lane.Add(transcript.Event{Kind: k})
	}
}

// isTorn reports whether the client's RST has come, read or not, while no FIN was sent to it.
func (c *Conn) isTorn() bool {
	return socket.IsReset(c.raw) && c.out.finishedAt().IsZero() // in this order: a FIN that leaves in between may be what ended it
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

// handlerText returns what the record says of an error of the wire's that a handler has returned. One of package net, which it most
// often is, is put into words with less memory than that package takes for the same ones.
func handlerText(err error) string {
	op, ok := err.(*net.OpError)
	if !ok || op.Source == nil || op.Addr == nil {
		return "handler: " + err.Error()
	}
	return "handler: " + op.Op + " " + op.Net + " " + addrString(op.Source) + "->" + addrString(op.Addr) + ": " + op.Err.Error()
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
