package fakeserver

import (
	"cmp"
	"fmt"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Down refuses connections from now on, as Server.Down does: the listener below is closed, and its
// port is kept. Connections that wait there are accepted first, and are the owner's to accept. An Accept
// waits meanwhile, and gets connections again after Up: http.Serve and its like don't notice.
//
// The listener below must be one that can be opened again at its address: a *net.TCPListener on
// Linux, a *net.UnixListener, or one of a Transport that has Suspend. For others, such as
// tls.Listen's, the error wraps errors.ErrUnsupported: wrap what is below those, and put TLS above
// the Listener. After Close it wraps net.ErrClosed.
func (l *Listener) Down() error {
	l.outages.life.lock()
	defer l.outages.life.unlock()
	err := l.canRefuse()
	if err == nil {
		l.outages.byHand = refusing
		err = l.refuse("down", "")
	}
	return l.verbError("Down", err)
}

// Up takes connections again, on the same port, and ends all outages of rules and of Restart. Up
// of a Listener that is up does nothing; after Close its error wraps net.ErrClosed.
func (l *Listener) Up() error {
	l.outages.life.lock()
	defer l.outages.life.unlock()
	if isClosedChan(l.shut) {
		return l.verbError("Up", net.ErrClosed)
	}
	l.outages.endAllLocked()
	return l.verbError("Up", l.resume(""))
}

// Restart ends the server's process, as far as clients can tell, and starts it again, as
// Server.Restart does: the owner finds its connections ended, and goes on with the same Listener.
// Its errors are those of Down, and for endings those of Server.Restart.
func (l *Listener) Restart(how transcript.Ending, down time.Duration) error {
	err := l.checkRestart(how)
	if err == nil {
		err = l.outages.restartNow(&outage{lasts: down, restart: true, how: how}, l.canRefuse)
	}
	return l.verbError("Restart", err)
}

func (l *Listener) verbError(op string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("fakeserver: %s: %s: %w", l.name, op, err)
}

// canRefuse sees to it that the Listener can refuse connections, or returns why it can't. It needs life.
func (l *Listener) canRefuse() error {
	if isClosedChan(l.shut) || isClosedChan(l.gone) {
		return net.ErrClosed
	}
	if l.port == nil {
		return l.outages.refusal
	}
	return cmp.Or(l.port.CanRefuse(), l.port.Keep())
}

// beginUp is the refuser's.
func (l *Listener) beginUp() error {
	l.startPump(l.ln)
	return nil
}

// beginDown is the refuser's.
func (l *Listener) beginDown(rule string) error { return l.refuse("down", rule) }

// refuse is the refuser's.
func (l *Listener) refuse(why, rule string) error {
	below, _ := l.current()
	if below == nil && l.silent == nil {
		return nil
	}
	if err := l.canRefuse(); err != nil {
		return err
	}
	l.setBelow(nil)
	if below != nil && l.pauseAccepting(below) {
		l.takeBacklog(below)
		l.accepts.unlock()
	}
	l.rec.Add(transcript.Event{Kind: transcript.Refused, Rule: rule, Text: why + ": refusing connections"})
	l.port.Suspend() // what else is in the backlog of one that ignored dials was never answered
	if l.silent != nil {
		l.silent.Close()
		l.silent = nil
	}
	return nil
}

// pauseAccepting lets the Accept below return, and locks accepts. It reports false if that is not
// possible.
func (l *Listener) pauseAccepting(below net.Listener) bool {
	if socket.SetDeadline(below, past) != nil || !l.accepts.lockWithin(closeGrace) {
		return false
	}
	socket.SetDeadline(below, time.Time{})
	return true
}

// takeBacklog accepts what waits, in place of the pump. It needs accepts.
func (l *Listener) takeBacklog(below net.Listener) {
	for range maxBacklog {
		if !socket.HasBacklog(below) {
			return
		}
		raw, err := below.Accept()
		if err != nil {
			return
		}
		l.takeWaiting(raw)
	}
}

// resume is the refuser's.
func (l *Listener) resume(rule string) error {
	if below, _ := l.current(); below != nil {
		return nil
	}
	if l.silent != nil {
		return l.endSilence(rule)
	}
	ln, err := l.port.Open()
	if err != nil {
		return err
	}
	l.noteUp(rule)
	l.startPump(ln)
	return nil
}

// noteUp comes before any connection in the record, and whatever sees it can dial.
func (l *Listener) noteUp(rule string) {
	l.rec.Add(transcript.Event{Kind: transcript.Note, Rule: rule, Text: "up: taking connections"})
}
