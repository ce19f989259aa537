package fakeserver

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// open listens, calls listening, and starts the accept loop.
func (s *Server) open(listening func()) error {
	ln, err := s.port.Open()
	if err != nil {
		return err
	}
	listening()
	s.resumeAccepting(ln)
	return nil
}

// resumeAccepting starts an accept loop for ln.
func (s *Server) resumeAccepting(ln net.Listener) {
	accepting := make(chan struct{})
	s.mu.Lock()
	s.ln, s.accepting = ln, accepting
	s.mu.Unlock()
	s.wg.Add(1)
	go s.accept(ln, accepting)
}

// accept takes connections from ln until it is closed.
func (s *Server) accept(ln net.Listener, ended chan<- struct{}) {
	defer s.wg.Done()
	defer close(ended)
	for {
		raw, err := ln.Accept()
		if err == nil && s.isClosing() { // Close has given up on this Accept
			socket.Reset(raw)
			return
		}
		if err == nil {
			s.take(raw)
			continue
		}
		if errors.Is(err, net.ErrClosed) || s.listener() != ln {
			return
		}
		s.rec.Add(transcript.Event{Kind: transcript.Error, Text: err.Error()})
		var passing interface{ Temporary() bool } // out of descriptors, or a client that left
		if !errors.As(err, &passing) || !passing.Temporary() {
			s.fail(fmt.Errorf("fakeserver: %s: accept: %w", s.name, err))
			return
		}
		s.linger(nil, 10*time.Millisecond)
	}
}

// take gives raw its number and a goroutine.
func (s *Server) take(raw net.Conn) {
	s.mu.Lock()
	h := s.handler
	s.mu.Unlock()
	c := s.admit(raw, h, nil)
	s.wg.Add(1)
	go s.serve(c)
}

// listener returns what the accept loop takes connections from; nil, if there is none.
func (s *Server) listener() net.Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ln
}

// pauseAccepting ends ln's accept loop and leaves ln open. It reports whether that
// is possible.
func (s *Server) pauseAccepting(ln net.Listener) bool {
	s.mu.Lock()
	accepting := s.accepting
	s.ln = nil // tells the accept loop that it is to end
	s.mu.Unlock()
	if socket.SetDeadline(ln, past) != nil {
		return false
	}
	ended := await(accepting, closeGrace)
	socket.SetDeadline(ln, time.Time{})
	return ended
}

// maxBacklog is more than a backlog holds. A client that goes on dialing does not keep
// the server from closing.
const maxBacklog = 1 << 16

// takeBacklog accepts what waits, in place of the accept loop.
func (s *Server) takeBacklog(ln net.Listener) {
	for range maxBacklog {
		if !socket.HasBacklog(ln) {
			return
		}
		raw, err := ln.Accept()
		if err != nil {
			return
		}
		s.take(raw)
	}
}

// refusingConnections ends the record's text for a server that stops accepting.
const refusingConnections = ": refusing connections"

// stopAccepting takes what waits in the backlog and closes the listener, which
// would reset it. The record says so by text; rule is the key of the rule that wants it, or empty. It needs life. Its error names a listener whose Accept does not return.
func (s *Server) stopAccepting(text, rule string) error {
	if s.silent != nil {
		s.rec.Add(transcript.Event{Kind: transcript.Refused, Rule: rule, Text: text})
		s.port.Suspend() // what else is in the backlog was never answered
		s.silent.Close()
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
	s.rec.Add(transcript.Event{Kind: transcript.Refused, Rule: rule, Text: text})
	s.port.Suspend()
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
