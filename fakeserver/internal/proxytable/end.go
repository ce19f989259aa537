package proxytable

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

const (
	// chunk is what an end hands to one Write or Read.
	chunk = 64 << 10
	// unbounded is more than any chain of bounded buffers holds.
	unbounded = 64 << 20
)

// An end is one of the two that converse. What it sends is random, and known, so that lost, doubled and changed bytes
// are found.
type end struct {
	s        *scene
	name     string // "client" or "server"
	conn     net.Conn
	sent     int64
	received int64
	ended    error // what wantSome has read
}

func (e *end) has(conn net.Conn) *end {
	e.conn = conn
	e.s.closing = append(e.s.closing, func() { conn.Close() })
	return e
}

// over reports whether e has nothing to do.
func (e *end) over() bool { return e.conn == nil || e.s.failed() }

// send writes n bytes.
func (e *end) send(n int) {
	for left := n; left > 0 && !e.over(); {
		wrote, err := e.write(min(left, chunk), e.s.Patience)
		left -= wrote
		if err != nil {
			e.s.failWrite(&Failure{fmt.Sprintf("the %s's Write gives %s", e.name, outcome(err)), fmt.Sprintf("after %d of %d bytes", n-left, n)})
			return
		}
	}
}

func (e *end) write(n int, within time.Duration) (int, error) {
	e.conn.SetWriteDeadline(time.Now().Add(within))
	wrote, err := e.conn.Write(pattern(e.name, e.sent, n))
	e.sent += int64(wrote)
	return wrote, err
}

// sendUntilBlocked writes until nothing moves.
func (e *end) sendUntilBlocked() {
	for began := e.sent; !e.over(); {
		n, err := e.write(chunk, e.s.Still)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			if n == 0 {
				if e.s.Held != nil {
					e.s.Held(e.sent - began)
				}
				return
			}
		case err != nil:
			e.s.saw("", "the %s's Write to one that does not read gives %s", e.name, outcome(err))
		case e.sent-began >= unbounded:
			e.s.saw("", "the %s can write %d MiB to one that reads nothing", e.name, unbounded>>20)
		}
	}
}

// wantWriteToBreak writes until that fails.
func (e *end) wantWriteToBreak() {
	for began := e.sent; !e.over(); {
		_, err := e.write(chunk, e.s.Patience)
		switch {
		case isReset(err):
			return
		case err != nil:
			e.s.saw("", "the %s's Write gives %s, want ECONNRESET or EPIPE", e.name, outcome(err))
		case e.sent-began >= unbounded:
			e.s.saw("", "the %s can write %d MiB to one that is gone", e.name, unbounded>>20)
		}
	}
}

// want reads the next n bytes, which are the other end's.
func (e *end) want(n int) {
	buf := make([]byte, min(n, chunk))
	for left := n; left > 0 && !e.over(); {
		k, err := e.read(buf[:min(left, len(buf))])
		left -= k
		if err != nil && left > 0 {
			e.s.saw(fmt.Sprintf("after %d of %d bytes", n-left, n), "the %s gets %s instead of bytes that were sent", e.name, outcome(err))
		}
	}
}

// wantSome reads what it gets of what the other end has sent, until there is an error: what want… asks for after it is about that.
func (e *end) wantSome() {
	for buf := make([]byte, chunk); !e.over() && e.ended == nil; {
		_, e.ended = e.read(buf)
	}
}

// read reads bytes, which must be those that the other end sent.
func (e *end) read(p []byte) (int, error) {
	e.conn.SetReadDeadline(time.Now().Add(e.s.Patience))
	n, err := e.conn.Read(p)
	if !bytes.Equal(p[:n], pattern(e.otherName(), e.received, n)) {
		e.s.saw(fmt.Sprintf("from byte %d on", e.received), "the %s gets other bytes than were sent", e.name)
	}
	e.received += int64(n)
	return n, err
}

func (e *end) otherName() string {
	if e.name == "client" {
		return "server"
	}
	return "client"
}

// wantEOF reads the end of the stream, and nothing before it.
func (e *end) wantEOF() {
	e.wantReadError("EOF", func(err error) bool { return errors.Is(err, io.EOF) })
}

// wantReset reads an RST, and nothing before it.
func (e *end) wantReset() {
	e.wantReadError("ECONNRESET", func(err error) bool { return errors.Is(err, syscall.ECONNRESET) })
}

// wantEnd reads any end of the stream.
func (e *end) wantEnd() {
	e.wantReadError("the end", func(err error) bool { return !errors.Is(err, os.ErrDeadlineExceeded) })
}

func (e *end) wantReadError(want string, is func(error) bool) {
	if e.over() {
		return
	}
	n, err := 0, e.ended
	if err == nil {
		e.conn.SetReadDeadline(time.Now().Add(e.s.Patience))
		n, err = e.conn.Read(make([]byte, 1))
	}
	if n > 0 {
		e.s.saw("", "the %s reads more bytes than were sent", e.name)
	} else if !is(err) {
		e.s.saw("", "the %s's Read gives %s, want %s", e.name, outcome(err), want)
	}
}

func (e *end) closeWrite() {
	e.do("CloseWrite", func() error { return socket.CloseWrite(e.conn) })
}

func (e *end) close() { e.do("Close", func() error { return e.conn.Close() }) }

func (e *end) reset() { e.do("reset", func() error { return socket.Reset(e.conn) }) }

func (e *end) do(what string, f func() error) {
	if e.over() {
		return
	}
	if err := f(); err != nil {
		e.s.saw("", "the %s's %s gives %s", e.name, what, outcome(err))
	}
}

// flush waits until all that e has sent has been taken by the next socket on the way.
func (e *end) flush() {
	e.s.until(fmt.Sprintf("what the %s sent is acknowledged", e.name), func() (bool, error) {
		n, err := socket.Unacked(e.conn)
		return n == 0, err
	})
}

// leave waits until n bytes have arrived that e does not read.
func (e *end) leave(n int) {
	e.s.until(fmt.Sprintf("the %s gets the bytes that it leaves unread", e.name), func() (bool, error) {
		waiting, err := socket.Unread(e.conn)
		return waiting >= n, err
	})
}
