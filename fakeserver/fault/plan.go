package fault

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Plan is what goes wrong: a seed and rules. It is plain data. Its zero value
// is a wire on which nothing goes wrong.
type Plan struct {
	// Comment is for people: where the plan comes from, say, or what it breaks. It may have
	// several lines. It is kept by MarshalJSON and GoString, and nothing depends on it: plans that
	// differ in nothing else do the same. If empty, there is none.
	Comment string
	// Seed decides all random draws. If zero, a server picks one at random when a
	// rule draws, and a failing test prints it.
	Seed  uint64
	Rules []Rule
}

// Draws reports whether a rule of the plan draws random numbers.
func (p Plan) Draws() bool {
	for _, r := range p.plain().Rules {
		if r.draws() {
			return true
		}
	}
	return false
}

// Validate says which rules make no sense on m, each by its number and key. Its
// errors wrap ErrPlan.
func (p Plan) Validate(m Medium) error {
	p = p.plain()
	var errs []error
	seen := map[string]int{}
	for i, key := range p.keys() {
		for _, err := range p.Rules[i].validate(m) {
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

// plain returns the plan with pointers to faults replaced by the faults, and a nil
// pointer by no fault.
func (p Plan) plain() Plan {
	p.Rules = slices.Clone(p.Rules)
	for i := range p.Rules {
		r := &p.Rules[i]
		if v := reflect.ValueOf(r.Fault); v.Kind() == reflect.Pointer && v.IsNil() {
			r.Fault = nil
		} else if v.Kind() == reflect.Pointer {
			r.Fault, _ = v.Elem().Interface().(Fault)
		}
	}
	return p
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
		base := kind + "." + keyOf(r.Direction)
		ordinals[base]++
		keys[i] = fmt.Sprintf("%s.%d", base, ordinals[base])
	}
	return keys
}

// keyOf returns the word for a direction in a rule's key.
func keyOf(d transcript.Direction) string {
	switch d {
	case transcript.Neither:
		return "OnAccept"
	case ServerStart:
		return "AtStart"
	}
	return d.String()
}

// draws reports whether chance decides what the rule does.
func (r Rule) draws() bool {
	f, ok := r.Fault.(drawingFault)
	return ok && f.draws() || r.Probability != nil
}

// mayMiss reports whether chance may decide that the rule does nothing at all.
func (r Rule) mayMiss() bool {
	f, ok := r.Fault.(missingFault)
	return ok && f.mayMiss() || r.Probability != nil && *r.Probability < 1
}
