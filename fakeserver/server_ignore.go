package fakeserver

import (
	"errors"
	"fmt"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// silence is what keeps a server from answering: a listener whose backlog is full. On the
// kernel's network a connection of our own fills it, which gets no number.
type silence struct {
	ln     net.Listener
	filler net.Conn // nil where a backlog can have no room at all
}

// IgnoreDials leaves dials without an answer from now on, as a firewall does that
// drops packets: they time out. Connections that are open stay open; those whose
// handshake is complete are accepted and recorded first. Up takes connections again;
// a dial that still waits completes within about a second of it, when its SYN is
// sent again. On a server that ignores dials already it does nothing; one that is
// down has to go Up first.
//
// It needs no privilege, and works on Linux, and on a Transport whose listeners have
// SetBacklog, where a dial that waits completes at once: elsewhere the error wraps
// errors.ErrUnsupported. After Close it wraps net.ErrClosed.
func (s *Server) IgnoreDials() error {
	s.outages.life.lock()
	defer s.outages.life.unlock()
	if s.isClosing() {
		return s.closedError("IgnoreDials")
	}
	if s.silent != nil {
		return nil
	}
	ln := s.listener()
	if ln == nil {
		return fmt.Errorf("fakeserver: %s: IgnoreDials: the server is down: call Up first", s.name)
	}
	room, err := socket.SetBacklog(ln, 0)
	if err != nil {
		return fmt.Errorf("fakeserver: %s: IgnoreDials: %w", s.name, err)
	}
	filler, err := s.silence(ln, room)
	if err != nil {
		_, again := socket.SetBacklog(ln, -1)
		s.resumeAccepting(ln)
		return fmt.Errorf("fakeserver: %s: IgnoreDials: %w", s.name, errors.Join(err, again))
	}
	s.silent = &silence{ln, filler}
	s.rec.Add(transcript.Event{Kind: transcript.Refused, Text: "unanswered: connects get no answer"})
	return nil
}

// silence takes what waits in ln's backlog, and fills the room that is left in it.
func (s *Server) silence(ln net.Listener, room int) (filler net.Conn, err error) {
	if !s.pauseAccepting(ln) {
		return nil, fmt.Errorf("%w on this transport", errors.ErrUnsupported)
	}
	s.takeBacklog(ln)
	if room == 0 {
		return nil, nil
	}
	if filler, err = net.DialTimeout("tcp", s.Address(), closeGrace); err != nil {
		return nil, fmt.Errorf("filling the backlog: %w", err)
	}
	return filler, nil
}

// endSilence answers again, and calls listening. It needs life, and silent.
func (s *Server) endSilence(listening func()) error {
	q := s.silent
	s.silent = nil
	_, err := socket.SetBacklog(q.ln, -1)
	listening()
	if q.filler != nil {
		q.takeFiller(s.take)
	}
	s.resumeAccepting(q.ln)
	return err
}

// takeFiller takes the filler out of the backlog, or a client that came before it.
func (q *silence) takeFiller(take func(net.Conn)) {
	if first, err := q.ln.Accept(); err == nil {
		if sameAddr(first.RemoteAddr(), q.filler.LocalAddr()) {
			first.Close()
		} else {
			take(first)
		}
	}
	q.filler.Close()
}

// close takes back what was done to keep the server from answering.
func (q *silence) close() {
	if q.filler != nil {
		q.filler.Close()
	}
}
