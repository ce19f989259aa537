package nettest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/nettest"
)

// A brokenListener has one bug.
type brokenListener struct {
	words    string // what the suite says
	breaking func(l *oddListener)
}

// An oddListener is a Listener whose methods can be replaced.
type oddListener struct {
	*nettest.Listener
	accept      func() (net.Conn, error)
	addr        func() net.Addr
	close       func() error
	setDeadline func(time.Time) error
}

func (l *oddListener) Accept() (net.Conn, error)      { return l.accept() }
func (l *oddListener) Addr() net.Addr                 { return l.addr() }
func (l *oddListener) Close() error                   { return l.close() }
func (l *oddListener) SetDeadline(at time.Time) error { return l.setDeadline(at) }

func makeBrokenListener(b *brokenListener) nettest.MakeListener {
	return func() (net.Listener, func(context.Context) (net.Conn, error), func(), error) {
		ln, dial, stop, err := listensInMemory("127.0.0.1:0")()
		if err != nil {
			return nil, nil, nil, err
		}
		l := ln.(*nettest.Listener)
		odd := &oddListener{l, l.Accept, l.Addr, l.Close, l.SetDeadline}
		if b != nil {
			b.breaking(odd)
		}
		return odd, dial, stop, nil
	}
}

var errOdd = errors.New("something odd")

var brokenListeners = map[string]brokenListener{
	"Accept": {"want \"a question\"", func(l *oddListener) {
		l.accept = func() (net.Conn, error) {
			c, err := l.Listener.Accept()
			return shouting{c}, err
		}
	}},
	"Addresses": {"want the same", func(l *oddListener) {
		l.addr = func() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
	}},
	"EachDial": {"blocked", func(l *oddListener) { // it loses one
		var lose sync.Once
		l.accept = func() (net.Conn, error) {
			lose.Do(func() { l.Listener.Accept() })
			return l.Listener.Accept()
		}
	}},
	"AcceptsAtOnce": {"something odd", func(l *oddListener) { // one at a time
		var busy atomic.Bool
		l.accept = func() (net.Conn, error) {
			if busy.Swap(true) {
				return nil, errOdd
			}
			defer busy.Store(false)
			return l.Listener.Accept()
		}
	}},
	"ClientThatLeft": {"Accept: EOF", func(l *oddListener) { // Accept returns the errors of handshakes
		l.accept = func() (net.Conn, error) {
			c, err := l.Listener.Accept()
			if err != nil {
				return nil, err
			}
			if _, err := c.(*nettest.Conn).ReadNow(make([]byte, 1)); err == io.EOF {
				return nil, err
			}
			return c, nil
		}
	}},
	"CloseWakesAccepts": {"blocked", func(l *oddListener) { // only the next Accept fails
		l.close = func() error { return nil }
	}},
	"AcceptAfterClose": {"error EOF, want net.ErrClosed", func(l *oddListener) {
		l.accept = func() (net.Conn, error) {
			c, err := l.Listener.Accept()
			if err != nil {
				return nil, io.EOF
			}
			return c, nil
		}
	}},
	"CloseTwice": {"close of closed channel", func(l *oddListener) {
		done := make(chan struct{})
		l.close = func() error { close(done); return l.Listener.Close() }
	}},
	"ClosesAtOnce": {"something odd", func(l *oddListener) {
		l.close = func() error {
			if l.Listener.Close() != nil {
				return errOdd
			}
			return nil
		}
	}},
	"DialAfterClose":      {"succeeded", deafAfterClose},
	"CloseEndsTheBacklog": {"blocked", deafAfterClose},
	"ConnOutlivesListener": {"use of closed network connection", func(l *oddListener) {
		var accepted net.Conn
		l.accept = func() (c net.Conn, err error) {
			accepted, err = l.Listener.Accept()
			return accepted, err
		}
		l.close = func() error { return errors.Join(accepted.Close(), l.Listener.Close()) }
	}},
	"PastDeadline": {"blocked", func(l *oddListener) {
		l.setDeadline = func(time.Time) error { return nil }
	}},
	"DeadlinePasses": {"want a net.Error that is a Timeout", func(l *oddListener) {
		l.accept = func() (net.Conn, error) {
			c, err := l.Listener.Accept()
			if err != nil {
				err = errOdd
			}
			return c, err
		}
	}},
	"DeadlineIsMoved": {"blocked", func(l *oddListener) { // it applies to the next Accept
		var next atomic.Pointer[time.Time]
		l.setDeadline = func(at time.Time) error { next.Store(&at); return nil }
		l.accept = func() (net.Conn, error) { l.Listener.SetDeadline(*next.Load()); return l.Listener.Accept() }
	}},
	"DeadlineIsCleared": {"i/o timeout", func(l *oddListener) { // it ignores a zero time
		l.setDeadline = func(at time.Time) error {
			if at.IsZero() {
				return nil
			}
			return l.Listener.SetDeadline(at)
		}
	}},
	"DeadlineAfterClose": {"error <nil>, want net.ErrClosed", func(l *oddListener) {
		l.setDeadline = func(at time.Time) error { l.Listener.SetDeadline(at); return nil }
	}},
}

// deafAfterClose makes Accept ignore connections that the port still accepts.
func deafAfterClose(l *oddListener) {
	l.close = func() error { l.accept = func() (net.Conn, error) { return nil, net.ErrClosed }; return nil }
}

// A shouting connection changes what it carries.
type shouting struct{ net.Conn }

func (c shouting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	for i := range p[:n] {
		p[i] &^= 0x20
	}
	return n, err
}
