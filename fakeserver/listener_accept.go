package fakeserver

import (
	"errors"
	"net"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// startPump lets a goroutine take connections from ln.
func (l *Listener) startPump(ln net.Listener) {
	pumped := make(chan struct{})
	l.mu.Lock()
	l.from, l.pumped = ln, pumped
	l.mu.Unlock()
	go l.pump(ln, pumped)
}

// current returns the listener below, nil while down, and what is closed when the latest pump has
// ended.
func (l *Listener) current() (below net.Listener, pumped <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.from, l.pumped
}

// setBelow lets connections be taken from ln, or, if it is nil, tells the pump that it is to end.
func (l *Listener) setBelow(ln net.Listener) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.from = ln
}

// isPump reports whether connections are to be taken by the pump that closes pumped when it ends.
// The listener below does not tell: after IgnoreDials, that is the next pump's, too.
func (l *Listener) isPump(pumped chan struct{}) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.from != nil && l.pumped == pumped
}

// accept takes a connection from ln, and gives it its number: what has accepts finds none that has
// none. c is nil if the Listener does not take it.
func (l *Listener) accept(ln net.Listener, pumped chan struct{}) (c *Conn, err error) {
	l.accepts.lock()
	defer l.accepts.unlock()
	if !l.isPump(pumped) {
		return nil, net.ErrClosed
	}
	raw, err := ln.Accept()
	if err != nil {
		return nil, err
	}
	if !l.admits() {
		socket.Reset(raw)
		return nil, nil
	}
	return l.admit(raw, nil, l.forget), nil
}

// pump takes connections from ln, until that is closed, or is another's to take from.
func (l *Listener) pump(ln net.Listener, pumped chan struct{}) {
	defer close(pumped)
	for {
		c, err := l.accept(ln, pumped)
		switch {
		case c != nil:
			l.take(c)
		case err == nil, !l.isPump(pumped):
			return
		case errors.Is(err, net.ErrClosed):
			close(l.gone)
			return
		case !l.pass(err):
			return
		}
	}
}

// admits reports whether the Listener still takes a connection. If so, Stop waits until
// that is buried.
func (l *Listener) admits() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gaveUp != nil {
		return false
	}
	l.wg.Add(1)
	return true
}

// take hands c out, once the plan has done what it does on arrival.
func (l *Listener) take(c *Conn) {
	steps := l.program().Accept(c.n)
	if slices.ContainsFunc(steps, isForArrival) {
		l.welcomeAside(c, steps)
		return
	}
	l.handOut(c, steps)
}

// takeAside is take for a connection that the caller does not wait for.
func (l *Listener) takeAside(c *Conn) {
	l.welcomeAside(c, l.program().Accept(c.n))
}

// welcomeAside lets a goroutine do the rest for c, which may take time.
func (l *Listener) welcomeAside(c *Conn, steps []decide.Step) {
	l.wg.Add(1)
	go l.welcome(c, steps)
}

// welcome carries out what the OnAccept rules have decided about c.
func (l *Listener) welcome(c *Conn, steps []decide.Step) {
	defer l.wg.Done()
	if !c.accept(steps) {
		c.hangUp()
		return
	}
	l.handOut(c, steps)
}

// handOut waits for an Accept that takes c. Those that fail before it come first, and no other
// connection between them.
func (l *Listener) handOut(c *Conn, steps []decide.Step) {
	fails := slices.ContainsFunc(steps, isForAccept)
	if !fails {
		c.begin() // its rules don't wait for an Accept
	}
	if l.turn.lockUnless(l.shut) {
		defer l.turn.unlock()
	}
	if fails {
		if !l.failAccepts(c, steps) {
			c.giveUp()
			c.hangUp()
			return
		}
		c.begin()
	}
	select {
	case l.ready <- c:
	case <-l.shut:
		c.note(transcript.Note, "not accepted before Close")
		c.end(atOnce, net.ErrClosed)
		c.reset("")
		c.hangUp()
	}
}

// pass records an error of the listener below and waits for an Accept that takes
// it. It reports whether to go on.
func (l *Listener) pass(err error) bool {
	l.rec.Add(transcript.Event{Kind: transcript.Error, Text: err.Error()})
	select {
	case l.failures <- failed(err):
		return true
	case <-l.shut:
		return false
	}
}
