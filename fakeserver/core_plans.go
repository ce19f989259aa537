package fakeserver

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// plans is the plan that a server follows. SetFaults replaces it while traffic
// flows; each direction of each connection changes over at its next byte.
type plans struct {
	now   atomic.Pointer[fault.Compiled]
	first fault.Plan

	mu      sync.Mutex // guards what follows; held by SetFaults
	changed change
	later   []laterPlan // those that SetFaults brought
}

// A laterPlan is one that took over when the record had so many events.
type laterPlan struct {
	after int
	plan  fault.Plan
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
	if err := errors.Join(s.checkResets(next), s.checkOutages(next), s.checkAccepts(next)); err != nil {
		return err
	}
	s.plans.later = append(s.plans.later, laterPlan{s.rec.Len(), next.Plan()})
	if s.grows != nil {
		s.grows.change(asJSON(next.Plan()))
	}
	s.plans.now.Store(next)
	s.plans.changed.raise()
	return nil
}

// checkAccepts refuses a plan that lets Accept fail, where nobody calls it.
func (s *core) checkAccepts(plan *fault.Compiled) error {
	if s.shut != nil {
		return nil
	}
	return refuseRules(plan, func(f fault.Fault) error {
		if _, ok := f.(fault.FailAccept); ok {
			return errors.New("a Server accepts by itself: put the rule in the plan of a Listener, in front of a server of your own")
		}
		return nil
	})
}

// checkResets refuses a plan with a reset, where there is none.
func (s *core) checkResets(plan *fault.Compiled) error {
	if !s.noRST {
		return nil
	}
	return refuseRules(plan, func(f fault.Fault) error {
		switch f := f.(type) {
		case fault.Reset:
			return errors.New("a unix socket has no RST: use Close")
		case fault.Restart:
			if f.How == transcript.ByRST {
				return errors.New("a unix socket has no RST: use ByFIN")
			}
		}
		return nil
	})
}
