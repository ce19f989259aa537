package fakeserver

import (
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Down refuses datagrams from now on: a client that sends one is told "port unreachable",
// which a connected UDP socket reports as ECONNREFUSED at its next call. The
// server keeps its port, and nothing else can take it. What has arrived is recorded
// first. What the plan kept of the server's own, to send it later or after others, is not
// sent, neither now nor after Up: the record names each one as undelivered. The handler
// still gets what the plan kept for it; what it then sends gives net.ErrClosed. Down of a
// server that is down does nothing.
//
// Where the platform can't keep a port that way (not on Linux), the error wraps
// errors.ErrUnsupported; after Close it wraps net.ErrClosed.
func (s *PacketServer) Down() error {
	s.life.lock()
	defer s.life.unlock()
	if s.isClosing() {
		return s.closedError("Down")
	}
	if s.socket() == nil {
		return nil
	}
	if err := s.reader.port.CanRefuse(); err != nil {
		return fmt.Errorf("fakeserver: %s: Down: %w", s.name, err)
	}
	if err := s.reader.stop("down"); err != nil {
		return fmt.Errorf("fakeserver: %s: Down: %w", s.name, err)
	}
	return nil
}

// Up takes datagrams again, on the same port. Up of a server that is up does
// nothing; after Close its error wraps net.ErrClosed.
func (s *PacketServer) Up() error {
	s.life.lock()
	defer s.life.unlock()
	if s.isClosing() {
		return s.closedError("Up")
	}
	if s.socket() != nil {
		return nil
	}
	// Recorded first, so that a datagram comes after it in the record.
	s.rec.Add(transcript.Event{Kind: transcript.Note, Text: "up: taking datagrams"})
	if err := s.reader.open(); err != nil {
		return fmt.Errorf("fakeserver: %s: Up: %w", s.name, err)
	}
	return nil
}
