package fakeserver

import (
	"fmt"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Down refuses connections from now on: who dials gets ECONNREFUSED. The server
// keeps its port, and nobody else can take it. Connections that are open stay
// open; those whose handshake was done are accepted and recorded first. A client
// whose handshake completes in the very moment in which the listener closes is reset
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
	if err := s.port.canRefuse(); err != nil {
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
	if err := s.port.canRefuse(); err != nil {
		return fmt.Errorf("%w: StartDown: %w", ErrConfig, err)
	}
	if ln := s.port.ln; ln != nil { // opened to learn the address
		s.port.ln = nil
		s.port.suspend(ln)
	}
	s.rec.Add(transcript.Event{Kind: transcript.Refused, Text: "down: refusing connections"})
	return nil
}

// stopAccepting takes what waits in the backlog and closes the listener, which
// would reset it. It needs life. Its error is of a listener whose Accept does not return.
func (s *Server) stopAccepting(why string) error {
	if s.silent != nil {
		s.rec.Add(transcript.Event{Kind: transcript.Refused, Text: why + ": refusing connections"})
		s.silent.end(s.port)
		s.silent = nil
		return nil
	}
	s.mu.Lock()
	ln, accepting := s.ln, s.accepting
	s.mu.Unlock()
	if ln == nil && accepting != nil && !isClosedChan(accepting) {
		return s.late
	}
	if ln == nil {
		return nil
	}
	if s.pauseAccepting(ln) {
		s.takeBacklog(ln)
	}
	s.rec.Add(transcript.Event{Kind: transcript.Refused, Text: why + ": refusing connections"})
	s.port.suspend(ln)
	s.late = awaitAccept(accepting, ln)
	return s.late
}

// awaitAccept waits for the Accept of a listener that was closed to return.
func awaitAccept(ended <-chan struct{}, ln net.Listener) error {
	if await(ended, closeGrace) {
		return nil
	}
	return fmt.Errorf("the Accept of %T did not return within %v of its Close", ln, closeGrace)
}

// mostBacklog is more than a backlog holds. Who goes on dialling does not keep the
// server from closing.
const mostBacklog = 1 << 16

// takeBacklog accepts what waits, in the accept loop's place.
func (s *Server) takeBacklog(ln net.Listener) {
	for range mostBacklog {
		if socket.Backlog(ln) == 0 {
			return
		}
		raw, err := ln.Accept()
		if err != nil {
			return
		}
		s.take(raw)
	}
}

func (s *Server) listener() net.Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ln
}

func (c *core) closedError(op string) error {
	return fmt.Errorf("fakeserver: %s: %s: %w", c.name, op, net.ErrClosed)
}
