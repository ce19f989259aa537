package fakeserver

import (
	"errors"
	"fmt"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// IgnoreDials leaves dials without an answer from now on, as Server.IgnoreDials does; Up takes
// connections again. The listener below stays open: it must be a *net.TCPListener on Linux, or one
// of a Transport that has SetDeadline, Backlog and SetBacklog. For others the error wraps
// errors.ErrUnsupported. After Close it wraps net.ErrClosed.
func (l *Listener) IgnoreDials() error {
	l.outages.life.lock()
	defer l.outages.life.unlock()
	if isClosedChan(l.shut) || isClosedChan(l.gone) {
		return l.verbError("IgnoreDials", net.ErrClosed)
	}
	if below, _ := l.current(); below == nil && l.silent == nil {
		return l.verbError("IgnoreDials", errors.New("the listener is down: call Up first"))
	}
	err := l.ignore("")
	if err == nil {
		l.outages.byHand = ignoring
	}
	return l.verbError("IgnoreDials", err)
}

// ignore is the refuser's. If it fails, the Listener goes on as it was.
func (l *Listener) ignore(rule string) error {
	if l.silent != nil {
		return nil
	}
	ln, _ := l.current()
	if ln == nil {
		return l.ignoreFromDown(rule)
	}
	if err := socket.CanBeSilent(ln); err != nil {
		return err
	}
	l.setBelow(nil)
	err := l.beSilent(ln, rule)
	if err != nil {
		l.startPump(ln)
	}
	return err
}

// ignoreFromDown is ignore of a Listener that has none below.
func (l *Listener) ignoreFromDown(rule string) error {
	ln, err := l.port.Open()
	if err != nil {
		return err
	}
	if err = l.beSilent(ln, rule); err != nil {
		l.port.Suspend()
	}
	return err
}

// beSilent leaves dials to ln without an answer. No pump is to take from it any more.
func (l *Listener) beSilent(ln net.Listener, rule string) error {
	if !l.pauseAccepting(ln) {
		return fmt.Errorf("the Accept of %T goes on", ln)
	}
	defer l.accepts.unlock()
	q, err := socket.BeSilent(ln, dialable(addrPortOf(ln.Addr())), l.takeWaiting)
	if err != nil {
		return err
	}
	l.silent = q
	l.rec.Add(transcript.Event{Kind: transcript.Refused, Rule: rule, Text: "unanswered: connects get no answer"})
	return nil
}

// takeWaiting takes a connection that has waited to be accepted. Handing it out waits for the owner.
func (l *Listener) takeWaiting(raw net.Conn) {
	if !l.admits() {
		socket.Reset(raw)
		return
	}
	l.takeAside(l.admit(raw, nil, l.forget))
}

// endSilence answers again. It needs life, and silent.
func (l *Listener) endSilence(rule string) error {
	q := l.silent
	l.silent = nil
	err := q.End(func() { l.noteUp(rule) }, l.takeWaiting)
	l.startPump(q.Listener())
	return err
}
