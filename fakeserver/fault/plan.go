package fault

import (
	"errors"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Plan is what goes wrong: a seed and rules. It is plain data. Its zero value
// is a wire on which nothing goes wrong.
type Plan struct {
	// Seed decides all random draws. If zero, a server picks one at random when a
	// rule draws, and a failing test prints it.
	Seed  uint64
	Rules []Rule
}

// Draws reports whether a rule of the plan draws random numbers.
func (p Plan) Draws() bool {
	for _, r := range p.Rules {
		if f, ok := r.Fault.(drawingFault); ok && f.draws() {
			return true
		}
	}
	return false
}

// Validate says which rules make no sense on m, each by its number and key. Its
// errors wrap ErrPlan.
func (p Plan) Validate(m Medium) error {
	var errs []error
	seen := map[string]int{}
	for i, key := range p.keys() {
		if err := p.Rules[i].validate(m); err != nil {
			errs = append(errs, fmt.Errorf("%w: rule %d (%s): %w", ErrPlan, i+1, key, err))
		}
		if first, dup := seen[key]; dup {
			errs = append(errs, fmt.Errorf("%w: rule %d (%s): rule %d has that name already", ErrPlan, i+1, key, first))
		} else {
			seen[key] = i + 1
		}
	}
	return errors.Join(errs...)
}

// keys returns the rules' keys in plan order.
func (p Plan) keys() []string {
	ordinals := map[string]int{}
	keys := make([]string, len(p.Rules))
	for i, r := range p.Rules {
		if keys[i] = r.Name; r.Name != "" {
			continue
		}
		kind := "no fault"
		if r.Fault != nil {
			kind = r.Fault.Kind()
		}
		base := kind + "." + r.Direction.String()
		ordinals[base]++
		keys[i] = fmt.Sprintf("%s.%d", base, ordinals[base])
	}
	return keys
}

func (r Rule) validate(m Medium) error {
	if r.Fault == nil {
		return errors.New("Fault is nil")
	}
	if !worksOn(r.Fault, m) {
		return fmt.Errorf("%s is not a fault of %v", r.Fault.Kind(), m)
	}
	if r.Direction != transcript.FromClient && r.Direction != transcript.ToClient {
		return errors.New("no direction: make the rule with FromClient or ToClient")
	}
	for _, n := range r.Conns.Only {
		if n < 1 {
			return fmt.Errorf("OnConn(%d): connections are numbered from 1", n)
		}
	}
	if err := r.After.validate(m); err != nil {
		return err
	}
	return r.Fault.Validate()
}

func (t Trigger) validate(m Medium) error {
	switch {
	case t.Bytes < 0:
		return fmt.Errorf("AfterBytes(%d): want 0 or more", t.Bytes)
	case t.Datagrams < 0:
		return fmt.Errorf("AfterDatagrams(%d): want 0 or more", t.Datagrams)
	case m == Datagrams && t.Bytes != 0:
		return errors.New("AfterBytes is for streams: use AfterDatagrams")
	case m == Streams && t.Datagrams != 0:
		return errors.New("AfterDatagrams is for datagrams: use AfterBytes")
	}
	return nil
}
