package fakeserver

import (
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// checkOutages refuses a plan that takes the server down, or lets it ignore dials, where that can't
// be.
func (s *core) checkOutages(plan *fault.Compiled) error {
	if s.outages.refusal == nil && s.outages.noSilence == nil {
		return nil
	}
	return refuseRules(plan, func(f fault.Fault) error {
		switch f.(type) {
		case fault.Down, fault.Restart:
			return s.outages.refusal
		case fault.IgnoreDials:
			return s.outages.noSilence
		}
		return nil
	})
}

// refuseRules names each rule of a plan whose fault is refused.
func refuseRules(plan *fault.Compiled, refuse func(fault.Fault) error) error {
	var errs []error
	outcomes := plan.Report().Rules // the plan's come first
	for i, r := range plan.Plan().Rules {
		if err := refuse(r.Fault); err != nil {
			errs = append(errs, fmt.Errorf("%w: rule %d (%s): %w", fault.ErrPlan, i+1, outcomes[i].Key, err))
		}
	}
	return errors.Join(errs...)
}
