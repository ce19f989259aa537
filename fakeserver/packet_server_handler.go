package fakeserver

import (
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// SetHandler lets h answer the datagrams that come from now on. If h is nil, that is
// PacketDiscard, as in a PacketConfig. What has arrived before, the old handler still gets, also
// if the plan delivers it later; the conversations of a PeerHandler end with that: see [Peer.Next]. The record says in a note where the change came.
//
// An h that can't work is refused as by StartPacket, with an error that wraps ErrConfig, and
// then nothing has changed. After Close the error wraps net.ErrClosed; on a [Transport] whose
// ReadFrom goes on after its deadline it says so.
func (s *PacketServer) SetHandler(h PacketHandler) error {
	if h == nil {
		h = PacketDiscard{}
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
	err := s.reader.between(func() {
		if s.in.setHandler(h) {
			s.wg.Add(1)
			go s.serve()
		}
		s.rec.Add(transcript.Event{Kind: transcript.Note, Text: fmt.Sprintf("handler: %T for datagrams from now on", h)})
	})
	if err != nil {
		return fmt.Errorf("fakeserver: %s: SetHandler: %w", s.name, err)
	}
	return nil
}

// between calls f when what has arrived is read, and nothing reads more. It needs the server's
// life.
func (r *packetReader) between(f func()) error {
	sock := r.socket()
	if sock == nil {
		f()
		return nil
	}
	sock.stopping.Store(true)
	sock.pc.SetReadDeadline(past) // wakes the reader
	ended := await(r.ended, closeGrace)
	if ended {
		r.readRest(sock)
		f()
	}
	sock.stopping.Store(false)
	sock.pc.SetReadDeadline(time.Time{})
	if ended || await(r.ended, closeGrace/10) {
		r.begin(sock)
	}
	if !ended {
		return fmt.Errorf("the ReadFrom of %T did not return within %v of its deadline", sock.pc, closeGrace)
	}
	return nil
}

// setHandler gives what comes to h, and reports whether it is the first that has something to do
// with it. Nothing is received meanwhile.
func (s *packetsIn) setHandler(h PacketHandler) (first bool) {
	s.actions.mu.Lock()
	defer s.actions.mu.Unlock()
	s.handler = h
	s.handlers++
	s.replaceAll()
	first = s.quiet && !isQuiet(h)
	s.quiet = s.quiet && !first
	return first
}

// isQuiet reports whether h does nothing with what it gets.
func isQuiet(h PacketHandler) bool { return h == PacketHandler(PacketDiscard{}) }
