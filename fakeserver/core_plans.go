package fakeserver

import (
	"sync"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// plans is the plan that a server goes by. SetFaults replaces it while traffic
// flows; each direction of each connection then goes over to it at its next byte.
type plans struct {
	now atomic.Pointer[fault.Compiled]

	mu      sync.Mutex    // guards changed; held by SetFaults
	changed chan struct{} // closed at the next change; nil while nobody waits
}

// compiled returns the plan, with the account of what its rules did.
func (c *core) compiled() *fault.Compiled { return c.plans.now.Load() }

// program returns what decides by the plan.
func (c *core) program() decide.Program { return c.compiled().Program() }

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
	next, err := c.compiled().Replace(p)
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

// SetFaults replaces the plan while datagrams flow, as Server.SetFaults does: each
// peer and direction goes by it from its next datagram on, and the record says which that
// is. What the old plan keeps, to deliver it later or after others, is still delivered so.
func (s *PacketServer) SetFaults(p fault.Plan) error { return s.replacePlan(p) }
