package fakeserver

import (
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Conn is the server's end of a connection, as a handler sees it: through the
// plan's faults, with every byte recorded. It is a net.Conn; its methods may be
// called from several goroutines at once.
type Conn struct {
	core  *core
	n     int
	raw   net.Conn
	began time.Time // when it was accepted
	step  atomic.Pointer[string]

	life // has the mutex of what both directions share
	in   inbound
	out  outbound

	handler Handler // nil for a connection of a Listener
	// buried is called when a connection of a Listener, which has no handler, was buried. It is
	// nil where there is a handler.
	buried func(*Conn)
}

func newConn(o *core, raw net.Conn, n int) *Conn {
	c := &Conn{core: o, n: n, raw: raw, began: time.Now()}
	c.in.init(c)
	c.out.init(c)
	return c
}

// Number returns the connection's number: it is the Nth that the server
// accepted, from 1.
func (c *Conn) Number() int { return c.n }

// LocalAddr returns the server's address.
func (c *Conn) LocalAddr() net.Addr { return c.raw.LocalAddr() }

// RemoteAddr returns the client's address.
func (c *Conn) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }

// Step names what the handler is about to do. A Close that gives up on the
// handler says it.
func (c *Conn) Step(name string) { c.step.Store(&name) }

// Read reads what the client sent, as the plan lets it through.
//
// After the client's FIN it returns io.EOF; after its RST, ECONNRESET; after a fault
// ended the connection, an error that wraps fault.ErrInjected; after Close here or
// on the server, net.ErrClosed.
func (c *Conn) Read(p []byte) (int, error) { return c.in.read(p) }

// Write sends p to the client, as the plan lets it through. Where the plan makes
// bytes late or stops them, Write hands them to the connection and returns; it
// blocks only while more than 64 MiB wait, or 64 KiB that are cut into single
// bytes. Where the plan ends the connection within p, Write returns how many bytes
// come before that, and an error that wraps fault.ErrInjected.
func (c *Conn) Write(p []byte) (int, error) { return c.out.write(p, false) }

// CloseWrite sends a FIN after what was written, and leaves the other direction
// open. Where the transport can't, its error wraps errors.ErrUnsupported.
func (c *Conn) CloseWrite() error {
	if err := c.check("close"); err != nil {
		return err
	}
	if !socket.CanCloseWrite(c.raw) {
		return c.opError("close", errors.ErrUnsupported)
	}
	return c.out.closeWrite()
}

// Close ends the connection in order and does not wait for it: what was written
// leaves, at the times that the plan says, then a FIN, and what the client still
// sends is recorded as discarded. Further calls return net.ErrClosed.
func (c *Conn) Close() error {
	first := c.end(inOrder, net.ErrClosed)
	if !c.hasHandler() {
		first = c.giveBack() // as of any net.Conn, whatever has become of the connection
	}
	if !first {
		return c.opError("close", net.ErrClosed)
	}
	c.buryAside()
	return nil
}

// Reset ends the connection with an RST, after what was written, and returns when that
// has left: it waits until the client's kernel has what was written, for as
// long as there is progress within five seconds. What a rule keeps for longer is not sent,
// and named in the record. Before the client has sent anything, it also waits for up to a
// second until the client reads: one that is still connecting would hear of nothing else.
// A unix socket has no RST: there it does nothing, and its error wraps
// errors.ErrUnsupported.
func (c *Conn) Reset() error {
	if !socket.CanReset(c.raw) {
		return c.opError("reset", errors.ErrUnsupported)
	}
	return c.breakOff()
}

// breakOff is Reset, and closes a unix socket at once.
func (c *Conn) breakOff() error {
	c.out.now().awaitRule()
	if !c.end(byReset, net.ErrClosed) {
		return c.opError("reset", net.ErrClosed)
	}
	return c.resetAfterAll()
}

// age returns how long ago the connection was accepted: the clock of its rules.
func (c *Conn) age() time.Duration { return time.Since(c.began) }

func (c *Conn) event(k transcript.Kind) transcript.Event {
	return transcript.Event{Conn: c.n, Kind: k}
}

func (c *Conn) note(k transcript.Kind, text string) {
	e := c.event(k)
	e.Text = text
	c.core.rec.Add(e)
}
