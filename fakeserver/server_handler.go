package fakeserver

import (
	"fmt"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/socket"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// SetHandler lets h answer the connections that come from now on. If h is nil, that is Discard,
// as in a Config. Connections that are open keep their handler, and so does each that a client
// has dialed before: it is accepted first, except on a [Transport] whose listeners lack
// SetDeadline or Backlog. The record says in a note where the change came.
//
// An h that can't work is refused as by Start, with an error that wraps ErrConfig, and then
// nothing has changed. After Close the error wraps net.ErrClosed.
func (s *Server) SetHandler(h Handler) error {
	if h == nil {
		h = Discard{}
	}
	if err := checkHandler(h); err != nil {
		return err
	}
	s.outages.life.lock()
	defer s.outages.life.unlock()
	if s.isClosing() {
		return s.closedError("SetHandler")
	}
	s.gates.ofHandler(h)
	s.betweenConns(func() {
		s.mu.Lock()
		s.handler = h
		s.mu.Unlock()
		s.rec.Add(transcript.Event{Kind: transcript.Note, Text: fmt.Sprintf("handler: %T for connections from now on", h)})
	})
	return nil
}

// betweenConns calls f when what waits in the backlog is accepted, and nothing accepts more. Where
// that can't be had, it calls f all the same. It needs life.
func (s *Server) betweenConns(f func()) {
	ln := s.listener()
	if ln == nil || socket.SetDeadline(ln, time.Time{}) != nil {
		f()
		return
	}
	paused := s.pauseAccepting(ln)
	if paused {
		s.takeBacklog(ln)
	}
	f()
	if paused {
		s.resumeAccepting(ln)
	} else {
		s.goOnAccepting(ln)
	}
}

// goOnAccepting takes back what pauseAccepting told an accept loop whose Accept did not return.
func (s *Server) goOnAccepting(ln net.Listener) {
	s.mu.Lock()
	s.ln = ln
	s.mu.Unlock()
}
