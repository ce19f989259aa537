package fakeserver

import (
	"sync"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// plans is the plan that a server goes by. SetFaults replaces it while traffic
// flows; each direction of each connection then goes over to it at its next byte.
type plans struct {
	now atomic.Pointer[fault.Program]

	mu      sync.Mutex    // guards changed; held by SetFaults
	changed chan struct{} // closed at the next change; nil while nobody waits
}

// program returns the plan's program.
func (c *core) program() *fault.Program { return c.plans.now.Load() }

// planChanged returns a channel that is closed when SetFaults replaces the plan.
func (c *core) planChanged() <-chan struct{} {
	c.plans.mu.Lock()
	defer c.plans.mu.Unlock()
	if c.plans.changed == nil {
		c.plans.changed = make(chan struct{})
	}
	return c.plans.changed
}

// replacePlan makes p the plan. Its seed stays what it was.
func (c *core) replacePlan(p fault.Plan) error {
	c.plans.mu.Lock()
	defer c.plans.mu.Unlock()
	if c.isClosing() {
		return c.closedError("SetFaults")
	}
	next, err := c.program().Succeed(p)
	if err != nil {
		return err
	}
	if err := c.checkResets(next); err != nil {
		return err
	}
	c.plans.now.Store(next)
	if c.plans.changed != nil {
		close(c.plans.changed)
		c.plans.changed = nil
	}
	return nil
}

// SetFaults replaces the plan while traffic flows. It never waits for anything.
//
// Rules are known by their keys: one that is the same in both plans goes on with its draws,
// its windows and its account; one whose contents have changed is another, and what it was
// before is removed. Bytes that were taken keep what was decided about
// them. Offsets count from the connection's beginning still: a window that is open
// applies, and an offset that it is past is reported as passed. The record tells for
// each connection and direction where the change came. The seed stays the server's.
// A connection that an OnAccept rule stalls goes by the plan that there is when the stall is
// over, which it also is when its rule is gone; other OnAccept rules that come are for later
// connections.
//
// Its errors wrap fault.ErrPlan, and then nothing has changed; after Close,
// net.ErrClosed.
func (s *Server) SetFaults(p fault.Plan) error {
	if err := s.replacePlan(p); err != nil {
		return err
	}
	for _, c := range s.openConns() {
		c.in.replan()
		c.out.replan()
	}
	return nil
}

// SetFaults replaces the plan while datagrams flow, as Server.SetFaults does: each
// peer and direction goes by it from its next datagram on, and the record says which that
// is. What the old plan keeps, to deliver it later or after others, is still delivered so.
func (s *PacketServer) SetFaults(p fault.Plan) error { return s.replacePlan(p) }
