package nettest_test

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fakewire/fakewire/nettest"
)

// A brokenConn has one bug.
type brokenConn struct {
	words    string // what the suite says
	breaking func(c *oddConn)
}

// An oddConn is a Conn whose methods can be replaced.
type oddConn struct {
	*nettest.Conn
	read            func([]byte) (int, error)
	write           func([]byte) (int, error)
	close           func() error
	closeRead       func() error
	closeWrite      func() error
	setReadDeadline func(time.Time) error
}

func (c *oddConn) Read(p []byte) (int, error)         { return c.read(p) }
func (c *oddConn) Write(p []byte) (int, error)        { return c.write(p) }
func (c *oddConn) Close() error                       { return c.close() }
func (c *oddConn) CloseRead() error                   { return c.closeRead() }
func (c *oddConn) CloseWrite() error                  { return c.closeWrite() }
func (c *oddConn) SetReadDeadline(at time.Time) error { return c.setReadDeadline(at) }

func makeBrokenConns(b *brokenConn) nettest.MakePipe {
	return func() (c1, c2 net.Conn, stop func(), err error) {
		a, z, halt, err := makePipe()
		if err != nil {
			return nil, nil, nil, err
		}
		return newOddConn(a, b), newOddConn(z, b), halt, nil
	}
}

func newOddConn(conn net.Conn, b *brokenConn) *oddConn {
	c := conn.(*nettest.Conn)
	odd := &oddConn{c, c.Read, c.Write, c.Close, c.CloseRead, c.CloseWrite, c.SetReadDeadline}
	if b != nil {
		b.breaking(odd)
	}
	return odd
}

var brokenConns = map[string]brokenConn{
	"EOF": {"unexpected EOF", func(c *oddConn) {
		c.read = func(p []byte) (int, error) {
			n, err := c.Conn.Read(p)
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}
	}},
	"BigData": {"read 1048576 bytes to the end", func(c *oddConn) { // a byte is wrong, near the end
		var count int
		c.read = func(p []byte) (int, error) {
			n, err := c.Conn.Read(p)
			if count += n; count > 1<<20-100 && n > 0 {
				p[n-1] ^= 1
			}
			return n, err
		}
	}},
	"WakesRead":      {"blocked", func(c *oddConn) { c.closeWrite = func() error { return nil } }},
	"OtherDirection": {"use of closed network connection", closesAll},
	"OwnRead":        {"use of closed network connection; want \"x\"", closesAll},
	"ReadDeadline": {"blocked", func(c *oddConn) { // it is not set any more
		var ended bool
		c.closeWrite = func() error { ended = true; return c.Conn.CloseWrite() }
		c.setReadDeadline = func(at time.Time) error {
			if ended {
				return nil
			}
			return c.Conn.SetReadDeadline(at)
		}
	}},
	"WriteAfter": {"Write after CloseWrite = 5, <nil>", func(c *oddConn) { // writes vanish
		c.write = func(p []byte) (int, error) { c.Conn.Write(p); return len(p), nil }
	}},
	"DuringWrite": {"Write counted", func(c *oddConn) { // all or nothing
		c.write = func(p []byte) (int, error) {
			n, err := c.Conn.Write(p)
			if err != nil {
				n = len(p)
			}
			return n, err
		}
	}},
	"Twice": {"close", func(c *oddConn) { // the second one means it
		var ended bool
		c.closeWrite = func() error {
			if ended {
				return c.Conn.Close()
			}
			ended = true
			return c.Conn.CloseWrite()
		}
	}},
	"EachWay": {"blocked", func(c *oddConn) { // Write keeps Read out until its bytes are read
		turn, began := make(chan struct{}, 1), make(chan struct{})
		begin := sync.OnceFunc(func() { close(began) })
		c.read = func(p []byte) (int, error) {
			<-began // or it would depend on which comes first
			turn <- struct{}{}
			defer func() { <-turn }()
			return c.Conn.Read(p)
		}
		c.write = func(p []byte) (int, error) {
			turn <- struct{}{}
			defer func() { <-turn }()
			begin()
			n, err := c.Conn.Write(p)
			for unread := n; unread > 0 && err == nil; {
				<-c.PeerRead()
				unread, err = c.PeerUnread()
			}
			return n, err
		}
	}},
	"CloseAfter": {"something odd", func(c *oddConn) {
		var ended atomic.Bool
		c.closeWrite = func() error { ended.Store(true); return c.Conn.CloseWrite() }
		c.close = func() error {
			err := c.Conn.Close()
			if ended.Load() {
				err = errOdd
			}
			return err
		}
	}},
	"CloseWakesRead": {"blocked", func(c *oddConn) { // both directions have ended, so it does nothing
		var ended bool
		c.closeWrite = func() error { ended = true; return c.Conn.CloseWrite() }
		c.close = func() error {
			if ended {
				return nil
			}
			return c.Conn.Close()
		}
	}},
	"AfterClose": {"error <nil>, want net.ErrClosed", func(c *oddConn) {
		c.closeWrite = func() error { c.Conn.CloseWrite(); return nil }
	}},
	"CloseRead": {"Read = \"\", EOF; want \"goes on\"", func(c *oddConn) { c.closeRead = c.Conn.Close }},
}

// closesAll mistakes CloseWrite for Close.
func closesAll(c *oddConn) { c.closeWrite = c.Conn.Close }

// net.Pipe has no half-close.
func TestHalfCloseNeedsCloseWrite(t *testing.T) {
	for _, demand := range nettest.HalfCloseDemands() {
		err := nettest.TryHalfClose(demand, func() (c1, c2 net.Conn, stop func(), err error) {
			c1, c2 = net.Pipe()
			return c1, c2, func() { c1.Close(); c2.Close() }, nil
		})
		if err == nil {
			t.Errorf("%s holds for net.Pipe", demand)
		}
	}
}
