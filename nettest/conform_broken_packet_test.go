package nettest_test

import (
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/nettest"
)

// A brokenPacketConn has one bug.
type brokenPacketConn struct {
	words    string // what the suite says
	breaking func(c *oddPacketConn)
}

// An oddPacketConn is a PacketConn whose methods can be replaced.
type oddPacketConn struct {
	net.PacketConn
	readFrom         func([]byte) (int, net.Addr, error)
	writeTo          func([]byte, net.Addr) (int, error)
	close            func() error
	setReadDeadline  func(time.Time) error
	setWriteDeadline func(time.Time) error
}

func (c *oddPacketConn) ReadFrom(p []byte) (int, net.Addr, error)     { return c.readFrom(p) }
func (c *oddPacketConn) WriteTo(p []byte, addr net.Addr) (int, error) { return c.writeTo(p, addr) }
func (c *oddPacketConn) Close() error                                 { return c.close() }
func (c *oddPacketConn) SetReadDeadline(at time.Time) error           { return c.setReadDeadline(at) }
func (c *oddPacketConn) SetWriteDeadline(at time.Time) error          { return c.setWriteDeadline(at) }

func makeBrokenPacketConns(b *brokenPacketConn) nettest.MakePacketConns {
	return func() (c1, c2 net.PacketConn, stop func(), err error) {
		a, z, halt, err := makeMemoryPackets()
		if err != nil {
			return nil, nil, nil, err
		}
		return newOddPacketConn(a, b), newOddPacketConn(z, b), halt, nil
	}
}

func newOddPacketConn(c net.PacketConn, b *brokenPacketConn) *oddPacketConn {
	odd := &oddPacketConn{c, c.ReadFrom, c.WriteTo, c.Close, c.SetReadDeadline, c.SetWriteDeadline}
	if b != nil {
		b.breaking(odd)
	}
	return odd
}

// somebody is an address that is not a real one.
type somebody struct{ net.Addr }

func (somebody) String() string { return "somebody" }

var brokenPacketConns = map[string]brokenPacketConn{
	"Borders": {"was not sent", func(c *oddPacketConn) { // a stream
		var rest []byte
		c.readFrom = func(p []byte) (int, net.Addr, error) {
			q := make([]byte, 2000)
			n, from, err := c.PacketConn.ReadFrom(q)
			rest = append(rest, q[:n]...)
			n = copy(p[:min(len(p), 700)], rest)
			rest = rest[n:]
			return n, from, err
		}
	}},
	"Sender": {"ReadFrom's address is \"somebody\"", func(c *oddPacketConn) { // it does not say which sender
		c.readFrom = func(p []byte) (int, net.Addr, error) {
			n, from, err := c.PacketConn.ReadFrom(p)
			return n, somebody{from}, err
		}
		c.writeTo = func(p []byte, addr net.Addr) (int, error) {
			if s, ok := addr.(somebody); ok {
				addr = s.Addr
			}
			return c.PacketConn.WriteTo(p, addr)
		}
	}},
	"AddrIsKept": {"after the second ReadFrom", func(c *oddPacketConn) { // all share one
		var addr net.UDPAddr
		c.readFrom = func(p []byte) (int, net.Addr, error) {
			n, from, err := c.PacketConn.ReadFrom(p)
			if err == nil {
				addr = *from.(*net.UDPAddr)
			}
			return n, &addr, err
		}
	}},
	"BufferIsNotKept": {"ReadFrom = \"changed\"", func(c *oddPacketConn) { // it sends later
		c.writeTo = func(p []byte, addr net.Addr) (int, error) {
			time.AfterFunc(time.Millisecond, func() { c.PacketConn.WriteTo(p, addr) })
			return len(p), nil
		}
	}},
	"Empty": {"blocked", func(c *oddPacketConn) { // nothing to send
		c.writeTo = func(p []byte, addr net.Addr) (int, error) {
			if len(p) == 0 {
				return 0, nil
			}
			return c.PacketConn.WriteTo(p, addr)
		}
	}},
	"ShortBuffer": {"ReadFrom = \"456789\"", func(c *oddPacketConn) { // the rest comes next
		var rest []byte
		c.readFrom = func(p []byte) (int, net.Addr, error) {
			if len(rest) > 0 {
				n := copy(p, rest)
				rest = nil
				return n, c.LocalAddr(), nil
			}
			q := make([]byte, 2000)
			n, from, err := c.PacketConn.ReadFrom(q)
			rest = slices.Clone(q[min(n, len(p)):n])
			return copy(p, q[:n]), from, err
		}
	}},
	"ReadFromWaits": {"want it to wait", func(c *oddPacketConn) { // it polls
		c.readFrom = func(p []byte) (int, net.Addr, error) {
			c.PacketConn.SetReadDeadline(time.Now().Add(time.Millisecond))
			return c.PacketConn.ReadFrom(p)
		}
	}},
	"AtOnce": {"twice or not sent", func(c *oddPacketConn) { // one buffer for all
		var mu sync.Mutex
		var last []byte
		c.readFrom = func(p []byte) (int, net.Addr, error) {
			q := make([]byte, len(p))
			n, from, err := c.PacketConn.ReadFrom(q)
			mu.Lock()
			defer mu.Unlock()
			if last == nil {
				last = q[:n]
			}
			return copy(p, last), from, err
		}
	}},
	"CloseWakesReads": {"blocked", func(c *oddPacketConn) { // only the next ReadFrom fails
		c.close = func() error { return nil }
	}},
	"AfterClose": {"WriteTo: error <nil>, want net.ErrClosed", func(c *oddPacketConn) { // writes vanish
		c.writeTo = func(p []byte, addr net.Addr) (int, error) { c.PacketConn.WriteTo(p, addr); return 0, nil }
	}},
	"CloseTwice": {"something odd", func(c *oddPacketConn) {
		c.close = func() error {
			if c.PacketConn.Close() != nil {
				return errOdd
			}
			return nil
		}
	}},
	"PastDeadline": {"ReadFrom = 7, <nil>; want 0", func(c *oddPacketConn) { // it looks at the queue first
		c.readFrom = func(p []byte) (int, net.Addr, error) {
			if n, _ := c.PacketConn.(*nettest.PacketConn).Waiting(); n > 0 {
				c.PacketConn.SetReadDeadline(time.Time{})
			}
			return c.PacketConn.ReadFrom(p)
		}
	}},
	"DeadlinePasses": {"want 10ms at least", func(c *oddPacketConn) { // rounded down
		c.setReadDeadline = func(at time.Time) error { return c.PacketConn.SetReadDeadline(at.Add(-2 * time.Millisecond)) }
	}},
	"DeadlineIsMoved": {"blocked", func(c *oddPacketConn) { // it applies to the next ReadFrom
		var next atomic.Pointer[time.Time]
		c.setReadDeadline = func(at time.Time) error { next.Store(&at); return nil }
		c.readFrom = func(p []byte) (int, net.Addr, error) {
			if at := next.Load(); at != nil {
				c.PacketConn.SetReadDeadline(*at)
			}
			return c.PacketConn.ReadFrom(p)
		}
	}},
	"DeadlineIsCleared": {"i/o timeout", func(c *oddPacketConn) { // the first timer still runs
		c.setReadDeadline = func(at time.Time) error {
			if at.IsZero() {
				return nil
			}
			return c.PacketConn.SetReadDeadline(at)
		}
	}},
	"DeadlinesAreTwo": {"i/o timeout", func(c *oddPacketConn) { // they are the same
		c.setReadDeadline = c.PacketConn.SetDeadline
	}},
}
