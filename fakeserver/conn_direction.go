package fakeserver

import (
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A half is one of the two ways in which a connection's bytes go. It does not change.
type half struct {
	c    *Conn
	way  transcript.Direction
	lane *record.Lane
}

// A direction is a half and the mode that it is in: inbound and outbound are directions.
//
// It begins direct: the handler's calls read or write the socket themselves. Once a plan has
// rules for it, which may be from the start, it is pumped for good: then a pump, which is a
// goroutine, has the socket, and a queue lies between the two.
type direction[M mode] struct {
	half
	own      record.Lane // that of half
	calls    lock        // held by one Read or Write at a time
	mode     M           // set under calls and Conn.mu; each of them lets it be read
	deadline time.Time   // the handler's; under Conn.mu
}

// A mode is how a direction gets its bytes from one end to the other.
type mode interface {
	// wakeHandler lets the handler's call that is blocked see that the connection is doomed.
	// It needs Conn.mu.
	wakeHandler()
	// setDeadline sets the deadline of the handler's calls. It needs Conn.mu.
	setDeadline(t time.Time) error
	// replan lets the direction go over to the server's plan, without waiting.
	replan()
	// hear lets rules see, without waiting, what the other direction has told them.
	hear()
	// planOfCalls returns the plan that decides, if it is for the handler's calls to go over to
	// another; else nil. It needs calls.
	planOfCalls() decide.Program
}

// errPumped is what a call of a direct mode returns that has found rules: the direction is
// pumped from now on, and the call is the pumped mode's.
var errPumped = errors.New("fakeserver: the direction is pumped now")

// initHalf makes the direction one of c's.
func (d *direction[M]) initHalf(c *Conn, way transcript.Direction) {
	d.own.Begin(c.core.rec, c.n, way)
	d.half = half{c, way, &d.own}
}

// now returns the mode, for what doesn't have calls.
func (d *direction[M]) now() M {
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	return d.mode
}

// becomePumped changes the mode. q is the pump's queue. It needs calls.
func (d *direction[M]) becomePumped(pumped M, q *queue) {
	d.c.mu.Lock()
	defer d.c.mu.Unlock()
	d.mode = pumped
	q.deadline = d.deadline
}

// unlock unlocks calls. Where the plan was changed while they were locked, too late for their
// holder to see that, the direction goes over to it now, and not with the next call.
func (d *direction[M]) unlock() {
	m := d.mode
	prog := m.planOfCalls()
	d.calls.unlock()
	if prog != nil && prog != d.c.core.program() {
		m.replan()
	}
}

// setDeadline sets the deadline of the handler's calls. Where a rule ended the connection,
// what came before is still to be read, and so the deadline still counts.
func (d *direction[M]) setDeadline(t time.Time) error {
	c := d.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != nil && !c.endedByRuleLocked() || c.hurried || c.over && c.how != inOrder {
		return c.opError("set", net.ErrClosed)
	}
	d.deadline = t
	return d.mode.setDeadline(t)
}

// A direct is what the direct modes of both directions share.
type direct struct {
	half
	waker
	// Under calls: whether OnAccept rules have let the connection through, and the plan, which
	// has no rules for this direction.
	begun  bool
	prog   decide.Program
	writes int64 // of the handler's, that have left
}

func (d *direct) planOfCalls() decide.Program {
	if !d.begun {
		return nil
	}
	return d.prog
}

// begin lets prog be the direction's first plan. It returns what decides; nil if prog has no
// rules for the direction.
func (d *direct) begin(prog decide.Program) decide.Stream {
	d.begun, d.prog = true, prog
	return prog.Stream(d.c.n, d.way)
}

// hear has no rule here that would be told anything: those that come find it.
func (d *direct) hear() {}

// stale reports whether the server has another plan.
func (d *direct) stale() bool { return d.prog != d.c.core.program() }

// adopt goes over to the server's plan. It returns what decides from here on; nil if the plan
// has no rules for the direction, or the connection is doomed.
func (d *direct) adopt() decide.Stream {
	d.prog = d.c.core.program()
	d.noteReplan(d.lane.Offset())
	st := d.prog.StreamAt(d.c.n, d.way, d.lane.Offset(), d.writes)
	if d.c.isDoomed() {
		return nil
	}
	return st
}

// noteReplan records where a change of the plan came.
func (h half) noteReplan(offset int64) {
	h.c.core.rec.Add(transcript.Event{
		Conn: h.c.n, Direction: h.way, Kind: transcript.Note, Offset: offset,
		Text: fmt.Sprintf("other faults from byte %d on", offset),
	})
}
