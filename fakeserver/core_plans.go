package fakeserver

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// plans is the plan that a server follows. SetFaults replaces it while traffic
// flows; each direction of each connection changes over at its next byte.
type plans struct {
	now atomic.Pointer[fault.Compiled]

	mu      sync.Mutex // guards changed; held by SetFaults
	changed change
}

// compiled returns the plan, with the account of what its rules did.
func (s *core) compiled() *fault.Compiled { return s.plans.now.Load() }

// program returns what decides by the plan.
func (s *core) program() decide.Program { return s.compiled().Program() }

// planChanged returns a channel that is closed when SetFaults replaces the plan.
func (s *core) planChanged() <-chan struct{} {
	s.plans.mu.Lock()
	defer s.plans.mu.Unlock()
	return s.plans.changed.next()
}

// replacePlan makes p the plan. Its seed stays what it was.
func (s *core) replacePlan(p fault.Plan) error {
	s.plans.mu.Lock()
	defer s.plans.mu.Unlock()
	if s.isClosing() {
		return s.closedError("SetFaults")
	}
	next, err := s.compiled().Replace(p)
	if err != nil {
		return err
	}
	if err := s.checkResets(next); err != nil {
		return err
	}
	s.plans.now.Store(next)
	s.plans.changed.raise()
	return nil
}

// checkResets refuses a plan with a reset, where there is none.
func (s *core) checkResets(plan *fault.Compiled) error {
	if !s.noRST {
		return nil
	}
	var errs []error
	outcomes := plan.Report().Rules // the plan's come first
	for i, r := range plan.Plan().Rules {
		if _, ok := r.Fault.(fault.Reset); ok {
			errs = append(errs, fmt.Errorf("%w: rule %d (%s): a unix socket has no RST: use Close", fault.ErrPlan, i+1, outcomes[i].Key))
		}
	}
	return errors.Join(errs...)
}
