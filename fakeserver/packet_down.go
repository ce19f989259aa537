package fakeserver

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Down refuses datagrams from now on: who sends one is told "port unreachable",
// which a connected UDP socket reports as ECONNREFUSED at its next call. The
// server keeps its port, and nobody else can take it. What has arrived is recorded
// first. What the plan kept of the server's own, to send it later or after others, is not
// sent, neither now nor after Up: the record names each one as unsent. The handler
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
	if err := s.port.CanRefuse(); err != nil {
		return fmt.Errorf("fakeserver: %s: Down: %w", s.name, err)
	}
	if err := s.stopReading("down"); err != nil {
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
	if err := s.open(); err != nil {
		return fmt.Errorf("fakeserver: %s: Up: %w", s.name, err)
	}
	return nil
}

// open opens the socket and starts its reader.
func (s *PacketServer) open() error {
	pc, err := s.port.Open()
	if err != nil {
		return err
	}
	sock, err := newPacketSocket(pc, s)
	if err != nil {
		s.port.Suspend()
		return err
	}
	s.mu.Lock()
	s.sock, s.readEnded = sock, make(chan struct{})
	ended := s.readEnded
	s.mu.Unlock()
	s.wg.Add(1)
	go s.read(sock, ended)
	return nil
}

// startDown makes the server's first state that of Down.
func (s *PacketServer) startDown() error {
	if err := s.port.CanRefuse(); err != nil {
		return fmt.Errorf("%w: StartDown: %w", ErrConfig, err)
	}
	s.port.Suspend()
	s.rec.Add(transcript.Event{Kind: transcript.Refused, Text: "down: refusing datagrams"})
	return nil
}

// stopReading takes what has arrived and closes the socket. It gives up on one whose
// ReadFrom goes on nevertheless, and its error names that. It needs life.
func (s *PacketServer) stopReading(why string) error {
	sock := s.socket()
	if sock == nil {
		return nil
	}
	sock.stopping.Store(true)
	sock.pc.SetReadDeadline(past) // wakes the reader
	s.mu.Lock()
	ended := s.readEnded
	s.mu.Unlock()
	woken := await(ended, closeGrace)
	if woken {
		s.readRest(sock)
	}
	sock.abandoned.Store(!woken)
	sock.wakeWriters()
	s.forgetSocket(why) // nobody sends on a socket that is being closed
	s.rec.Add(transcript.Event{Kind: transcript.Refused, Text: why + ": refusing datagrams"})
	sock.noteDrops()
	sock.release()
	s.port.Suspend()
	if woken || await(ended, closeGrace/10) {
		return nil
	}
	return fmt.Errorf("the ReadFrom of %T did not return within %v of its deadline, nor of its Close", sock.pc, closeGrace)
}

// forgetSocket lets nobody send any more, and names what was to leave later.
func (s *PacketServer) forgetSocket(why string) {
	s.sendMu.Lock()
	defer s.sendMu.Unlock()
	s.mu.Lock()
	s.sock = nil
	s.mu.Unlock()
	s.nameUnsent(why + ": not sent")
}

// maxRest is more datagrams than a receive buffer holds. Who goes on sending
// does not keep the server from closing.
const maxRest = 1 << 16

// readRest records what has arrived, in the reader's place. It takes no clock for
// a bound: on a busy machine nobody may have read for long.
func (s *PacketServer) readRest(sock *packetSocket) {
	sock.pc.SetReadDeadline(time.Time{})
	for sum := 0; sum < maxRest; {
		n, err := sock.receiveNow(s.receive)
		if sum += n; err != nil {
			return
		}
	}
}
