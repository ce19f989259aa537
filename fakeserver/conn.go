package fakeserver

import (
	"errors"
	"net"
	"sync"
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
	in    inbound
	out   outbound
	lease *lease // of a Listener's connection, which has no handler; else nil
	step  atomic.Pointer[string]
	began time.Time // when it was accepted

	opened chan struct{} // closed once OnAccept rules have acted, and pumps were started
	dead   chan struct{} // closed once the socket is closed
	gone   chan struct{} // closed once Read and Write fail
	rst    chan struct{} // closed once the client has reset the connection
	ending atomic.Bool   // somebody ends the connection in order
	ended  chan struct{} // closed when that is done

	mu      sync.Mutex // guards what follows
	fate    error      // why Read and Write fail from now on; nil while open
	readBy  time.Time  // the handler's deadlines
	writeBy time.Time
	toReset bool // the end is to be an RST
	cutOff  bool // it was the server's Close that ended it
	kicked  bool // blocked calls on raw were woken for good
	woken   bool // a Read is being woken: the socket gets the handler's deadline when that has looked
	closed  bool // dead is closed
	seenFIN bool // the client's FIN is recorded
	seenRST bool // the client's RST is recorded
}

func newConn(o *core, raw net.Conn, n int) *Conn {
	c := &Conn{core: o, n: n, raw: raw, began: time.Now(), opened: make(chan struct{}), dead: make(chan struct{}), gone: make(chan struct{}), rst: make(chan struct{}), ended: make(chan struct{})}
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

// CloseWrite sends a FIN behind what was written, and leaves the other direction
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
	if c.lease != nil {
		return c.giveBack()
	}
	if !c.doom(net.ErrClosed) {
		return c.opError("close", net.ErrClosed)
	}
	c.core.wg.Add(1)
	go c.closeGently()
	return nil
}

func (c *Conn) closeGently() {
	defer c.core.wg.Done()
	c.endInOrder()
}

// doom makes all further Reads and Writes fail with why, and wakes those that
// are blocked. It reports whether nothing had doomed the connection before.
func (c *Conn) doom(why error) bool { return c.doomTo(why, false) }

// doomTo is doom, and says whether the end is to be an RST: then whoever doomed
// the connection resets it, and nobody sends a FIN before that.
func (c *Conn) doomTo(why error, reset bool) bool {
	c.mu.Lock()
	first := c.fate == nil
	if first {
		c.fate, c.toReset = why, reset
		close(c.gone)
		if c.cutOff = why == net.ErrClosed && c.core.isClosing(); c.cutOff {
			c.in.lane.CutOff()
		}
		c.in.discard.Store(true)
		// Only what the handler called is woken: pumps go on until the end.
		if c.in.queue == nil {
			c.raw.SetReadDeadline(past)
		}
		if c.out.queue == nil {
			c.raw.SetWriteDeadline(past)
		}
	}
	in, out := c.in.queue, c.out.queue
	c.mu.Unlock()
	in.wake()
	out.wake()
	return first
}

// past is a deadline that has passed.
var past = time.Unix(1, 0)

// kick wakes everything that waits on the connection, for good: the server is
// closing.
func (c *Conn) kick() {
	c.doom(net.ErrClosed)
	c.kickRaw()
}

func (c *Conn) kickRaw() {
	c.mu.Lock()
	c.kicked = true
	c.raw.SetDeadline(past)
	c.mu.Unlock()
}

// setRawReadDeadline sets the socket's own deadline, unless it was kicked.
func (c *Conn) setRawReadDeadline(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.kicked {
		c.raw.SetReadDeadline(t)
	}
}

// clearRawReadDeadline lets the socket be read once more. It reports false if the
// socket is closed.
func (c *Conn) clearRawReadDeadline() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.closed && c.raw.SetReadDeadline(time.Time{}) == nil
}

// closeRaw closes the socket, once. Where the end is to be an RST, it leaves it to
// whoever is about to send that.
func (c *Conn) closeRaw() {
	if c.isToReset() {
		c.sleep(nil)
		c.reset("")
		return
	}
	if c.markDead() {
		c.noteUnread()
		c.core.rec.Add(c.event(transcript.Close))
		c.raw.Close()
	}
}

// markDead tells everybody that the socket is closed, and reports whether the
// caller is the one to close it.
func (c *Conn) markDead() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.closed = true
	close(c.dead)
	return true
}

// doomed returns why Read and Write fail, or nil.
func (c *Conn) doomed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fate
}

func (c *Conn) isDead() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

func (c *Conn) isCutOff() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cutOff
}

func (c *Conn) isToReset() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.toReset
}

func (c *Conn) sawReset() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seenRST
}

// isOver reports whether there is no time to wait for the client any more.
func (c *Conn) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed || c.kicked
}

// isKicked reports whether the server has woken what waits, while the socket is open.
func (c *Conn) isKicked() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kicked && !c.closed
}

// fateOr returns why Read and Write fail, or err if nothing is decided yet.
func (c *Conn) fateOr(err error) error {
	if why := c.doomed(); why != nil {
		return why
	}
	return err
}

// check returns the error of an operation on a connection that has ended.
func (c *Conn) check(op string) error {
	if why := c.doomed(); why != nil {
		return c.opError(op, why)
	}
	return nil
}

// opError wraps err as a socket would.
func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: c.raw.LocalAddr().Network(), Source: c.raw.LocalAddr(), Addr: c.raw.RemoteAddr(), Err: err}
}

// age returns how long ago the connection was accepted: the time that rules go by.
func (c *Conn) age() time.Duration { return time.Since(c.began) }

func (c *Conn) event(k transcript.Kind) transcript.Event {
	return transcript.Event{Conn: c.n, Kind: k}
}
