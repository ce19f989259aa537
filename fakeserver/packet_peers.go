package fakeserver

import (
	"context"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// peers are the clients of a PacketServer or a PacketConn, and their datagrams on the way in
// and out: it gives each client its number, decides about each datagram, records it, and
// keeps what is to come later. It has no goroutine that receives.
//
// Locks are taken in this order: outages.life or PacketConn.reader, packetsOut.turn, actions.mu,
// the roster's or a Peer's, a schedule's, and last the recorder's or the engine's. Of these, life and reader are
// held while something blocks, and the turn while a unix socket's client has no room.
type peers struct {
	*core
	roster  *roster
	actions *actions
	in      packetsIn
	out     packetsOut
}

func newPeers(c *core) *peers {
	r, a := newRoster(c), newActions(c.rec)
	s := &peers{
		core: c, roster: r, actions: a,
		in:  packetsIn{c: c, roster: r, actions: a, lane: c.rec.Lane(0, transcript.FromClient)},
		out: packetsOut{c: c, roster: r, actions: a, lane: c.rec.Lane(0, transcript.ToClient)},
	}
	s.in.peers = s
	return s
}

// socket returns the socket, or nil while the server is down.
func (s *peers) socket() *packetSocket { return s.out.sock.Load() }

// Transcript returns a snapshot of the record. It copies no bytes. What the kernel
// has lost so far is in it.
func (s *peers) Transcript() transcript.Transcript {
	s.noteDrops()
	return s.rec.Snapshot()
}

// Recording returns what there is to be kept of a test: the record, with the plan, what became of its
// rules, and how to run the test again. It costs more than Transcript does.
func (s *peers) Recording() transcript.Recording {
	r := s.Report() // before the record, in which all is that it counts
	return s.recording(s.Transcript(), r)
}

// Mark returns the position in the record after what is recorded so far, for
// Transcript.Since: what comes later came since the mark. What the kernel has lost so far
// was before it.
func (s *peers) Mark() transcript.Mark {
	s.noteDrops()
	return s.rec.Mark()
}

// noteDrops records what the kernel has lost so far.
func (s *peers) noteDrops() {
	if sock := s.socket(); sock != nil {
		sock.noteDrops()
	}
}

// Wait sleeps until cond holds for the record, which it is asked at every new
// event. When ctx is done first, or the server is closed, it returns an error
// that wraps the cause, or net.ErrClosed, and shows the record.
func (s *peers) Wait(ctx context.Context, cond func(transcript.Transcript) bool) error {
	return s.wait(ctx, s.Transcript, cond)
}

// SetFaults replaces the plan while datagrams flow, as Server.SetFaults does: each
// peer and direction goes by it from its next datagram on, and the record says which that
// is. What the old plan keeps, to deliver it later or after others, is still delivered so.
func (s *peers) SetFaults(p fault.Plan) error {
	if err := s.replacePlan(p); err != nil {
		return err
	}
	s.beginNow()
	return nil
}

// Report returns what became of the plan's rules so far. What it counts is in the record by
// then. A rule counts when what it decided was carried out: when the datagram is lost, is there
// for the handler or the reader, or leaves.
func (s *peers) Report() fault.Report {
	s.in.countReady()
	r := s.core.Report()
	s.actions.await()
	return r
}

// Verify returns an error that names everything that was not as it should be: a
// handler that failed or panicked, and each rule of the plan that did not act and is
// not excused: see [fault.Report.Verify].
func (s *peers) Verify() error {
	s.in.countReady()
	return s.core.Verify()
}
