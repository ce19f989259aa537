package fakeserver

import (
	"errors"
	"net"

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

// isBelow reports whether connections are to be taken from ln.
func (l *Listener) isBelow(ln net.Listener) bool {
	below, _ := l.current()
	return below == ln
}

// accept takes a connection from ln.
func (l *Listener) accept(ln net.Listener) (net.Conn, error) {
	l.accepts.lock()
	defer l.accepts.unlock()
	if !l.isBelow(ln) {
		return nil, net.ErrClosed
	}
	return ln.Accept()
}

// pump takes connections from ln, until that is closed, or is not below any more.
func (l *Listener) pump(ln net.Listener, pumped chan<- struct{}) {
	defer close(pumped)
	for {
		raw, err := l.accept(ln)
		switch {
		case err == nil && !l.admits():
			socket.Reset(raw)
			return
		case err == nil:
			l.take(raw)
		case !l.isBelow(ln):
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

// take gives raw its number, and hands it out, once the plan has done what it does on arrival.
func (l *Listener) take(raw net.Conn) {
	c := l.admit(raw, nil, l.forget)
	if len(l.program().Accept(c.n)) == 0 {
		l.handOut(c)
		return
	}
	l.takeAside(c)
}

// takeAside lets a goroutine do the rest for c, which may take time.
func (l *Listener) takeAside(c *Conn) {
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
