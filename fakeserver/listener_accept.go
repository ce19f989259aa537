package fakeserver

import (
	"errors"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// pump takes connections from the listener below, until that is closed.
func (l *Listener) pump() {
	defer close(l.pumped)
	for {
		raw, err := l.ln.Accept()
		switch {
		case err == nil && !l.admits():
			socket.Reset(raw)
			return
		case err == nil:
			l.take(raw)
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

// take gives raw its number. What the plan does on its arrival has a goroutine of its own,
// because it may take time.
func (l *Listener) take(raw net.Conn) {
	c := l.admit(raw, nil, l.forget)
	if len(l.program().Accept(c.n)) == 0 {
		l.handOut(c)
		return
	}
	l.wg.Add(1)
	go l.welcome(c)
}

// welcome carries out the OnAccept rules for c.
func (l *Listener) welcome(c *Conn) {
	defer l.wg.Done()
	if !c.accept() {
		c.hangUp()
		return
	}
	l.handOut(c)
}

// handOut waits for an Accept that takes c.
func (l *Listener) handOut(c *Conn) {
	c.begin()
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
	case l.failed <- err:
		return true
	case <-l.shut:
		return false
	}
}
