package fakeserver

import (
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// accept carries out what the plan's OnAccept rules have decided. It reports whether the
// handler is to be called; if not, no other rule is either.
func (c *Conn) accept(steps []decide.Step) bool {
	if c.doAccept(steps) {
		return true
	}
	c.giveUp()
	return false
}

// giveUp ends a connection that nothing has begun to serve.
func (c *Conn) giveUp() {
	c.end(inOrder, net.ErrClosed)
	c.set(&c.begun) // without rules for its directions
}

// doAccept carries out the steps, without those that changes of the plan take out of it before
// they are due. What fails an Accept is left to that.
func (c *Conn) doAccept(steps []decide.Step) bool {
	for _, s := range steps {
		if s.Op == decide.OpFailAccept || !c.core.program().HasOnAccept(c.n, s) {
			continue
		}
		c.noteAccept(s)
		switch s.Op {
		case decide.OpStall:
			if !c.stallAccept(s) {
				return false
			}
		case decide.OpDown, decide.OpIgnoreDials:
			c.takeDown(s)
		case decide.OpReset:
			c.end(atOnce, newInjected(s))
			c.reset(s.Rule)
			return false
		case decide.OpClose:
			return false
		}
	}
	return true
}

// noteAccept records that a step was carried out, and counts that.
func (c *Conn) noteAccept(s decide.Step) {
	c.core.rec.Add(transcript.Event{Conn: c.n, Kind: transcript.Fault, Rule: s.Rule, Text: s.Text})
	c.core.program().Accepted(c.n, s)
}

// stallAccept waits until the stall is over, its rule is taken out of the plan, or the
// connection ends. It reports false at an end.
func (c *Conn) stallAccept(s decide.Step) bool {
	var until time.Time
	if s.Delay > 0 {
		until = time.Now().Add(s.Delay)
	}
	for {
		changed, ended := c.core.planChanged(), c.next()
		if c.isDoomed() { // first: the handler is not called, even if the stall is over, too
			return false
		}
		if hasPassed(until) || !c.core.program().HasOnAccept(c.n, s) {
			return true
		}
		if !c.sleepFor(changed, ended, until) {
			return false
		}
	}
}

// begin lets the plan that there is now decide about both directions, and starts their pumps.
// What ends the connection may do so only from here on.
func (c *Conn) begin() {
	prog := c.core.program()
	if c.in.direct.prog != prog { // it has changed since the connection came
		c.out.noteReplan(0)
		c.in.noteReplan(0)
	}
	c.out.begin(prog)
	c.in.begin(prog)
	c.set(&c.begun)
}
