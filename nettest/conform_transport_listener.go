package nettest

import (
	"errors"
	"fmt"
	"net"
	"time"
)

func (c *carrier) testSetDeadline() error {
	ln, err := c.listen(anyPort)
	if err != nil {
		return err
	}
	l, err := able[interface{ SetDeadline(time.Time) error }](ln, "SetDeadline")
	if err != nil {
		return err
	}
	accepts := begin("Accept", func() error { _, err := ln.Accept(); return wantTimeout("Accept", err) })
	return first(
		accepts.waits,
		func() error { return l.SetDeadline(aLongTimeAgo) },
		accepts.end,
		func() error { return l.SetDeadline(time.Time{}) },
		func() error { return c.wantPair(ln) },
	)
}

// wantPair checks that clients are accepted.
func (c *carrier) wantPair(ln net.Listener) error {
	client, server, err := c.pairAt(ln)
	if err != nil {
		return err
	}
	return converse(client, server)
}

func (c *carrier) testBacklog() error {
	ln, err := c.listen(anyPort)
	if err != nil {
		return err
	}
	l, err := able[interface{ Backlog() (int, error) }](ln, "Backlog")
	if err != nil {
		return err
	}
	if err := wantCount("Backlog before anything was dialled", 0, l.Backlog); err != nil {
		return err
	}
	dials := make([]*call, 3)
	for n := range dials {
		dials[n] = begin("dial", func() error { _, err := c.dial(ln); return err })
		if err := wantCount(fmt.Sprintf("Backlog after dial %d", n+1), n+1, l.Backlog); err != nil {
			return err
		}
	}
	for n := range dials {
		if _, err := c.accept(ln); err != nil {
			return err
		}
		left := len(dials) - n - 1
		if err := wantCount(fmt.Sprintf("Backlog with %d of %d accepted", n+1, len(dials)), left, l.Backlog); err != nil {
			return err
		}
	}
	return first(dials[0].end, dials[1].end, dials[2].end)
}

func (c *carrier) testSetBacklog() error {
	ln, err := c.listen(anyPort)
	if err != nil {
		return err
	}
	l, err := able[interface{ SetBacklog(int) error }](ln, "SetBacklog")
	if err != nil {
		return err
	}
	if err := wantNil("SetBacklog(0)", l.SetBacklog(0)); err != nil {
		return err
	}
	ignored := begin("dial with a backlog of 0", func() error { _, err := c.dial(ln); return err })
	return first(
		ignored.waits,
		func() error { return wantNil("SetBacklog(-1)", l.SetBacklog(-1)) },
		ignored.end,
		func() error { _, err := c.accept(ln); return err },
		func() error { return c.wantPair(ln) },
	)
}

func (c *carrier) testSetReadBuffer() error {
	small, err := c.roomWith(4<<10, enough)
	if err != nil {
		return err
	}
	large, err := c.roomWith(1<<20, small+1)
	if err == nil && small >= large {
		err = fmt.Errorf("a client can write %d bytes into a buffer of 4 KiB, and %d into one of 1 MiB", small, large)
	}
	return err
}

// roomWith returns how much a client can write to a connection with that read buffer, or what it
// has written when that was at least so much.
func (c *carrier) roomWith(bytes int, atLeast int64) (int64, error) {
	ln, err := c.listen(anyPort)
	if err != nil {
		return 0, err
	}
	l, err := able[interface{ SetReadBuffer(int) error }](ln, "SetReadBuffer")
	if err != nil {
		return 0, err
	}
	if err := l.SetReadBuffer(bytes); err != nil {
		return 0, wantNil("SetReadBuffer", err)
	}
	client, server, err := c.pairAt(ln)
	if err != nil {
		return 0, err
	}
	w := &longWrite{to: client}
	wrote := begin("Write", w.run)
	room := w.settleAt(atLeast)
	server.Close()
	client.Close()
	return room, wrote.end()
}

// A suspender closes a socket and keeps its address.
type suspender[S any] interface {
	Suspend() (again func() (S, error), release func(), err error)
}

func (c *carrier) testSuspend() error {
	ln, err := c.listen(anyPort)
	if err != nil {
		return err
	}
	again, _, err := suspend(ln)
	if err != nil {
		return err
	}
	if err := errors.Join(wantEndOf(ln), c.wantDown(ln)); err != nil {
		return err
	}
	next, err := again()
	if next, err = keep(c, "listening again", next, err); err != nil {
		return err
	}
	if err := first(
		func() error { return sameAddress("the address", ln.Addr().String(), "again", next.Addr().String()) },
		func() error { return c.wantPair(next) },
	); err != nil {
		return err
	}
	_, release, err := suspend(next)
	if err != nil {
		return err
	}
	if err := c.wantDown(ln); err != nil {
		return err
	}
	release()
	if next, err = c.listen(ln.Addr().String()); err != nil {
		return fmt.Errorf("on an address that was given up: %w", err)
	}
	return c.wantPair(next)
}

func suspend[S any](s S) (again func() (S, error), release func(), err error) {
	p, err := able[suspender[S]](s, "Suspend")
	if err != nil {
		return nil, nil, err
	}
	again, release, err = p.Suspend()
	return again, release, wantNil("Suspend", err)
}

// wantEndOf checks that a listener is closed.
func wantEndOf(ln net.Listener) error {
	conn, err := ln.Accept()
	if err == nil {
		conn.Close()
	}
	return wantClosed("Accept after Suspend", err)
}

// wantDown checks that a listener's address is kept, and that a dial is refused.
func (c *carrier) wantDown(ln net.Listener) error {
	if _, err := c.dial(ln); err == nil {
		return errors.New("after Suspend a dial succeeds")
	}
	if _, err := c.listen(ln.Addr().String()); err == nil {
		return errors.New("after Suspend another listens on the address")
	}
	return nil
}
