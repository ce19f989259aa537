package fakeserver

import (
	"cmp"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Down refuses connections from now on: a dial gets ECONNREFUSED. The server keeps
// its port, and no other socket can take it. Connections that are open stay
// open; those whose handshake is complete are accepted and recorded first. A client
// whose handshake completes at the very moment the listener closes is reset
// by the kernel, and not in the record. A server that is down stays down, also when the
// outage of a rule or of Restart is over that was under way.
//
// Where the platform can't keep a port that way (not on Linux), the error wraps
// errors.ErrUnsupported; after Close it wraps net.ErrClosed. The first Down binds a socket that keeps the
// port: where that fails, since the process is out of descriptors, say, the error has the
// kernel's, and the server goes on taking connections.
func (s *Server) Down() error {
	s.outages.life.lock()
	defer s.outages.life.unlock()
	if err := s.canRefuse("Down"); err != nil {
		return err
	}
	s.outages.byHand = refusing
	if err := s.refuse("down", ""); err != nil {
		return fmt.Errorf("fakeserver: %s: Down: %w", s.name, err)
	}
	return nil
}

// Up takes connections again, on the same port, and ends all outages of rules and of Restart.
// Up of a server that is up does nothing; after Close its error wraps net.ErrClosed.
func (s *Server) Up() error {
	s.outages.life.lock()
	defer s.outages.life.unlock()
	if s.isClosing() {
		return s.closedError("Up")
	}
	s.outages.endAllLocked()
	if err := s.resume(""); err != nil {
		return fmt.Errorf("fakeserver: %s: Up: %w", s.name, err)
	}
	return nil
}

// Restart ends the server's process, as far as clients can tell, and starts it again: it refuses
// connections, as Down does, and ends all that there are, also those that wait to be accepted.
// Down is for how long: fault.Forever for good, until Up; if zero, it is back at once. With
// transcript.ByFIN, or zero, connections end as by fault.Exit, with transcript.ByRST as by
// fault.Reset, at once: what rules keep is not sent, and named in the record. Handlers' Reads and
// Writes fail with net.ErrClosed.
//
// It returns when the connections have ended, and does not wait for the server to be back. As the
// rule fault.Restart, it makes the server be down for at least so long: after Down, or while
// another outage lasts, it is not back before that is over, too.
//
// Other endings are refused; so is ByRST on unix sockets, and where a port can't be kept (not on
// Linux), with errors.ErrUnsupported. After Close its error wraps net.ErrClosed.
func (s *Server) Restart(how transcript.Ending, down time.Duration) error {
	err := s.checkRestart(how)
	if err == nil {
		err = s.outages.restartNow(&outage{lasts: down, restart: true, how: how}, s.port.CanRefuse)
	}
	if err != nil {
		return fmt.Errorf("fakeserver: %s: Restart: %w", s.name, err)
	}
	return nil
}

// canRefuse sees to it that the server can refuse connections, or returns why it can't. It needs life.
func (s *Server) canRefuse(op string) error {
	if s.isClosing() {
		return s.closedError(op)
	}
	if err := cmp.Or(s.port.CanRefuse(), s.port.Keep()); err != nil {
		return fmt.Errorf("fakeserver: %s: %s: %w", s.name, op, err)
	}
	return nil
}

// refuse is the refuser's.
func (s *Server) refuse(why, rule string) error {
	if s.listener() == nil && s.silent == nil {
		return nil
	}
	if err := s.port.Keep(); err != nil {
		return err // and the server goes on as it was
	}
	return s.stopAccepting(why+refusingConnections, rule)
}

// resume is the refuser's.
func (s *Server) resume(rule string) error {
	if s.listener() != nil {
		return nil
	}
	up := func() { // a connection comes after it in the record, and whatever sees it can dial
		s.rec.Add(transcript.Event{Kind: transcript.Note, Rule: rule, Text: "up: taking connections"})
	}
	if s.silent != nil {
		return s.endSilence(up)
	}
	return s.open(up)
}

// beginUp is the refuser's.
func (s *Server) beginUp() error { return s.open(func() {}) }

// beginDown is the refuser's.
func (s *Server) beginDown(rule string) error {
	s.port.Suspend()
	s.rec.Add(transcript.Event{Kind: transcript.Refused, Rule: rule, Text: "down" + refusingConnections})
	return nil
}
