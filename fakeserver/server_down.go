package fakeserver

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Down refuses connections from now on: a dial gets ECONNREFUSED. The server keeps
// its port, and no other socket can take it. Connections that are open stay
// open; those whose handshake is complete are accepted and recorded first. A client
// whose handshake completes at the very moment the listener closes is reset
// by the kernel, and not in the record. Down of a server that is down does nothing.
//
// Where the platform can't keep a port that way (not on Linux), the error wraps
// errors.ErrUnsupported; after Close it wraps net.ErrClosed.
func (s *Server) Down() error {
	s.life.lock()
	defer s.life.unlock()
	if s.isClosing() {
		return s.closedError("Down")
	}
	if s.listener() == nil && s.silent == nil {
		return nil
	}
	if err := s.port.CanRefuse(); err != nil {
		return fmt.Errorf("fakeserver: %s: Down: %w", s.name, err)
	}
	if err := s.stopAccepting("down"); err != nil {
		return fmt.Errorf("fakeserver: %s: Down: %w", s.name, err)
	}
	return nil
}

// Up takes connections again, on the same port. Up of a server that is up does
// nothing; after Close its error wraps net.ErrClosed.
func (s *Server) Up() error {
	s.life.lock()
	defer s.life.unlock()
	if s.isClosing() {
		return s.closedError("Up")
	}
	if s.listener() != nil {
		return nil
	}
	// Recorded first, so that a connection comes after it in the record.
	s.rec.Add(transcript.Event{Kind: transcript.Note, Text: "up: taking connections"})
	again := s.open
	if s.silent != nil {
		again = s.endSilence
	}
	if err := again(); err != nil {
		return fmt.Errorf("fakeserver: %s: Up: %w", s.name, err)
	}
	return nil
}

// startDown makes the server's first state that of Down.
func (s *Server) startDown() error {
	if err := s.port.CanRefuse(); err != nil {
		return fmt.Errorf("%w: StartDown: %w", ErrConfig, err)
	}
	s.port.Suspend()
	s.rec.Add(transcript.Event{Kind: transcript.Refused, Text: "down: refusing connections"})
	return nil
}
