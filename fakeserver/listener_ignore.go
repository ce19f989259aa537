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
	if l.silent != nil {
		return nil
	}
	below, _ := l.current()
	if below == nil {
		return l.verbError("IgnoreDials", errors.New("the listener is down: call Up first"))
	}
	return l.verbError("IgnoreDials", l.ignoreDials(below))
}

func (l *Listener) ignoreDials(below net.Listener) error {
	room, err := socket.SetBacklog(below, 0)
	if err != nil {
		return err
	}
	filler, err := l.silence(below, room)
	if err != nil {
		_, again := socket.SetBacklog(below, -1)
		l.startPump(below)
		return errors.Join(err, again)
	}
	l.silent = &silence{below, filler}
	l.rec.Add(transcript.Event{Kind: transcript.Refused, Text: "unanswered: connects get no answer"})
	return nil
}

// silence takes what waits in below's backlog, and fills the room that is left in it.
func (l *Listener) silence(below net.Listener, room int) (filler net.Conn, err error) {
	l.setBelow(nil)
	if !l.pauseAccepting(below) {
		return nil, fmt.Errorf("%w on this transport", errors.ErrUnsupported)
	}
	defer l.accepts.unlock()
	l.takeBacklog(below)
	if room == 0 {
		return nil, nil
	}
	if filler, err = net.DialTimeout("tcp", dialable(addrPortOf(below.Addr())).String(), closeGrace); err != nil {
		return nil, fmt.Errorf("filling the backlog: %w", err)
	}
	return filler, nil
}

// endSilence answers again. It needs life, and silent.
func (l *Listener) endSilence() error {
	q := l.silent
	l.silent = nil
	_, err := socket.SetBacklog(q.ln, -1)
	l.noteUp("")
	if q.filler != nil {
		q.takeFiller(func(raw net.Conn) {
			if l.admits() {
				l.takeAside(l.admit(raw, nil, l.forget))
			}
		})
	}
	l.startPump(q.ln)
	return err
}
