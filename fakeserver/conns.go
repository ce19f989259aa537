package fakeserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A conns has the stream connections of a Server or a Listener: it gives each its number, knows
// which are open, and does what is for all of them.
type conns struct {
	core

	mu       sync.Mutex // guards what follows
	open     []*Conn    // those that have not ended, by their numbers
	few      [2]*Conn   // where open lies at first
	admitted int
}

// admit gives raw its number, and records that it came. h is to serve it; buried is for
// connections without a handler: see life.
func (s *conns) admit(raw net.Conn, h Handler, buried func(*Conn)) *Conn {
	s.mu.Lock()
	s.admitted++
	c := newConn(&s.core, raw, s.admitted)
	c.handler, c.buried = h, buried
	if s.open == nil {
		s.open = s.few[:0]
	}
	s.open = append(s.open, c)
	s.mu.Unlock()
	s.rec.Add(transcript.Event{Conn: c.n, Kind: transcript.Accept, Peer: addrString(raw.RemoteAddr())})
	return c
}

// forget drops c, which has ended.
func (s *conns) forget(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, found := slices.BinarySearchFunc(s.open, c.n, func(o *Conn, n int) int { return o.n - n }); found {
		s.open = slices.Delete(s.open, i, i+1)
	}
}

// Transcript returns a snapshot of the record. It copies no bytes.
func (s *conns) Transcript() transcript.Transcript { return s.rec.Snapshot() }

// Recording returns what there is to be kept of a test: the record, with the plan, what became of its
// rules, and how to run the test again. It costs more than Transcript does.
func (s *conns) Recording() transcript.Recording {
	r := s.Report() // before the record, in which all is that it counts
	return s.recording(s.Transcript(), r)
}

// Mark returns the position in the record after what is recorded so far, for
// Transcript.Since: what comes later came since the mark.
func (s *conns) Mark() transcript.Mark { return s.rec.Mark() }

// Wait sleeps until cond holds for the record, which it is asked at every new
// event. When ctx is done first, or the server is closed, it returns an error
// that wraps the cause, or net.ErrClosed, and shows the record.
func (s *conns) Wait(ctx context.Context, cond func(transcript.Transcript) bool) error {
	return s.wait(ctx, s.Transcript, cond)
}

// CloseClientConns ends all connections that are open now:
//
//	transcript.ByFIN    as Conn.Close does: with a FIN, and what clients still send is discarded
//	transcript.ByClose  as the end of the server's process would, and fault.Exit does: with a FIN,
//	                    and whatever clients still send is answered with an RST
//	transcript.ByRST    with an RST, at once
//
// With the last two, what rules keep is not sent, and named in the record. Handlers' Reads and
// Writes then fail with net.ErrClosed; where an OnAccept rule is still acting, it ends, and the
// handler is not called. StillOpen is refused, and so is ByRST on unix sockets, with
// errors.ErrUnsupported.
func (s *conns) CloseClientConns(how transcript.Ending) error {
	switch how {
	case transcript.ByFIN, transcript.ByClose, transcript.ByRST:
	default:
		return fmt.Errorf("fakeserver: %s: CloseClientConns(%v): want ByFIN, ByClose or ByRST", s.name, how)
	}
	var errs []error
	for _, c := range s.openConns() {
		if how == transcript.ByFIN {
			c.hangUp()
		} else {
			errs = append(errs, c.endWithProcess(how))
		}
	}
	return errors.Join(errs...)
}

// checkRestart refuses what is no way to end the connections there are by a restart.
func (s *conns) checkRestart(how transcript.Ending) error {
	switch {
	case how == transcript.ByRST && s.noRST:
		return fmt.Errorf("%w: a unix socket has no RST: use ByFIN", errors.ErrUnsupported)
	case how == 0 || how == transcript.ByFIN || how == transcript.ByRST:
		return nil
	}
	return fmt.Errorf("by %v: want ByFIN or ByRST", how)
}

// restart returns what ends the connections that there are now.
func (s *conns) restart(o *outage) (end func() error) {
	all := s.openConns()
	return func() error {
		var errs []error
		for _, c := range all {
			if c != o.trigger {
				errs = append(errs, c.endWithProcess(o.how))
			}
		}
		return errors.Join(errs...)
	}
}

// openConns returns the connections that have not ended, in order.
func (s *conns) openConns() []*Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.open)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// SetFaults replaces the plan while traffic flows. It waits for nothing, but for an outage to begin
// that comes with a rule of fault.AtStart for Now: then as long as Down does.
//
// Rules are known by their keys: one that is the same in both plans goes on with its draws,
// its windows and its account; one whose contents have changed is another, and what it was
// before is removed. Bytes that were taken keep what was decided about
// them. Offsets still count from the connection's beginning: a window that is open
// applies, an offset that a connection is past is reported as passed, and a rule for the offset
// where it stands, or for [fault.Rule.Now], acts at once. The record says for each connection and
// direction where the change came. The seed stays the server's.
// A connection that an OnAccept rule stalls follows the plan that there is when the stall is
// over, which it also is when its rule is gone, and so it is with one that waits for FailAccept;
// other OnAccept rules that come are for later connections.
//
// Its errors wrap fault.ErrPlan, and then nothing has changed; after Close,
// net.ErrClosed.
func (s *conns) SetFaults(p fault.Plan) error {
	if err := s.replacePlan(p); err != nil {
		return err
	}
	for _, c := range s.openConns() {
		c.in.now().replan()
		c.out.now().replan()
	}
	s.beginNow()
	return nil
}

// Report returns what became of the plan's rules so far. What it counts is in the
// record by then.
func (s *conns) Report() fault.Report {
	r := s.core.Report()
	for _, c := range s.openConns() {
		c.isOver() // takes its lock, and so waits until what was counted is recorded
	}
	return r
}
