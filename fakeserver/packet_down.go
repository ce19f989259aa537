package fakeserver

import (
	"errors"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Down refuses datagrams from now on: a client that sends one is told "port unreachable",
// which a connected UDP socket reports as ECONNREFUSED at its next call. The
// server keeps its port, and nothing else can take it. What has arrived is recorded
// first. What the plan kept of the server's own, to send it later or after others, is not
// sent, neither now nor after Up: the record names each one as undelivered. The handler
// still gets what the plan kept for it; what it then sends gives net.ErrClosed. A server that
// is down stays down, also when the outage of a rule or of Restart is over that was under way.
//
// Where the platform can't keep a port that way (not on Linux), the error wraps
// errors.ErrUnsupported; after Close it wraps net.ErrClosed.
func (s *PacketServer) Down() error {
	s.outages.life.lock()
	defer s.outages.life.unlock()
	if s.isClosing() {
		return s.closedError("Down")
	}
	if err := s.reader.port.CanRefuse(); err != nil {
		return fmt.Errorf("fakeserver: %s: Down: %w", s.name, err)
	}
	s.outages.byHand = refusing
	if err := s.refuse("down", ""); err != nil {
		return fmt.Errorf("fakeserver: %s: Down: %w", s.name, err)
	}
	return nil
}

// Up takes datagrams again, on the same port, and ends all outages of rules and of Restart. Up
// of a server that is up does nothing; after Close its error wraps net.ErrClosed.
func (s *PacketServer) Up() error {
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
// datagrams, as Down does, and drops what the handler has not got yet, which the record names.
// Down is for how long: fault.Forever for good, until Up; if zero, it is back at once. Peers, which
// are the clients' sockets, keep their numbers.
//
// It does not wait for the server to be back. As the rule fault.Restart, it makes the server be
// down for at least so long: after Down, or while another outage lasts, it is not back before that
// is over, too. Its errors are Down's.
func (s *PacketServer) Restart(down time.Duration) error {
	err := s.outages.restartNow(&outage{lasts: down, restart: true}, s.reader.port.CanRefuse)
	if err != nil {
		return fmt.Errorf("fakeserver: %s: Restart: %w", s.name, err)
	}
	return nil
}

// beginUp is the refuser's.
func (s *PacketServer) beginUp() error { return s.reader.open(func() {}) }

// beginDown is the refuser's.
func (s *PacketServer) beginDown(rule string) error {
	s.reader.port.Suspend()
	s.rec.Add(transcript.Event{Kind: transcript.Refused, Rule: rule, Text: "down: refusing datagrams"})
	return nil
}

// refuse is the refuser's.
func (s *PacketServer) refuse(why, rule string) error { return s.reader.stop(why, rule) }

// ignore is the refuser's. There are no dials.
func (s *PacketServer) ignore(string) error { return errors.ErrUnsupported }

// resume is the refuser's.
func (s *PacketServer) resume(rule string) error {
	if s.socket() != nil {
		return nil
	}
	return s.reader.open(func() { // a datagram comes after it in the record, and whatever sees it can send
		s.rec.Add(transcript.Event{Kind: transcript.Note, Rule: rule, Text: "up: taking datagrams"})
	})
}

// restart drops what the handler has not got. Nothing is received meanwhile.
func (s *PacketServer) restart(*outage) (end func() error) {
	s.in.nameUnread("restart: the handler did not get it")
	return nil
}
