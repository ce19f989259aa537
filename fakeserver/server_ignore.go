package fakeserver

import (
	"fmt"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// IgnoreDials leaves dials without an answer from now on, as a firewall does that
// drops packets: they time out. Connections that are open stay open; those whose
// handshake is complete are accepted and recorded first. Up takes connections again;
// a dial that still waits completes within about a second of it, when its SYN is
// sent again. On a server that ignores dials already it does nothing; one that is
// down has to go Up first. During the outage of a rule or of Restart dials are refused, and after it
// they have no answer again. A client that dials at that very moment may still connect: it gets
// nothing before Up.
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
	if s.silent == nil && s.listener() == nil {
		return fmt.Errorf("fakeserver: %s: IgnoreDials: the server is down: call Up first", s.name)
	}
	if err := s.ignore(""); err != nil {
		return fmt.Errorf("fakeserver: %s: IgnoreDials: %w", s.name, err)
	}
	s.outages.byHand = ignoring
	return nil
}

// ignore is the refuser's. If it fails, the server goes on as it was.
func (s *Server) ignore(rule string) error {
	if s.silent != nil {
		return nil
	}
	ln := s.listener()
	if ln == nil {
		return s.ignoreFromDown(rule)
	}
	if err := socket.CanBeSilent(ln); err != nil {
		return err
	}
	if !s.pauseAccepting(ln) {
		s.goOnAccepting(ln)
		return fmt.Errorf("the Accept of %T goes on", ln)
	}
	err := s.beSilent(ln, rule)
	if err != nil {
		s.resumeAccepting(ln)
	}
	return err
}

// ignoreFromDown is ignore of a server that has no listener.
func (s *Server) ignoreFromDown(rule string) error {
	ln, err := s.port.Open()
	if err != nil {
		return err
	}
	if err = s.beSilent(ln, rule); err != nil {
		s.port.Suspend()
	}
	return err
}

// beSilent leaves dials to ln without an answer. Nothing accepts from it.
func (s *Server) beSilent(ln net.Listener, rule string) error {
	q, err := socket.BeSilent(ln, dialable(addrPortOf(ln.Addr())), s.take)
	if err != nil {
		return err
	}
	s.silent = q
	s.rec.Add(transcript.Event{Kind: transcript.Refused, Rule: rule, Text: "unanswered: connects get no answer"})
	return nil
}

// endSilence answers again, and calls listening. It needs life, and silent.
func (s *Server) endSilence(listening func()) error {
	q := s.silent
	s.silent = nil
	err := q.End(listening, s.take)
	s.resumeAccepting(q.Listener())
	return err
}
