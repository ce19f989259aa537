//go:build mutants

package fault

import (
	"os"
	"reflect"
)

// disabled is the name of the mutant that is at work: of the one fault that does
// nothing, such as "ToClient Reset" or "datagrams FromClient Loss". If empty, none.
var disabled = os.Getenv("FAKEWIRE_DISABLE")

// mutant returns what acts instead of the plan's ith rule. Where the rule is
// disabled, that is a rule with the same triggers, draws and marks, which tells the
// record and the report that it acted, and lets everything pass: only a test that
// looks at the wire can tell.
func (g *program) mutant(i int) *Rule {
	r := &g.plan.Rules[i]
	if disabled == "" || r.mutantName(g.medium) != disabled {
		return r
	}
	idle := *r // used for one direction of one connection, so that it may have a state
	idle.Fault = g.idle(r, g.rules[i])
	return &idle
}

// mutantName returns the name of the mutant that disables the rule on m.
func (r Rule) mutantName(m Medium) string {
	t := reflect.TypeOf(r.Fault)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := keyOf(r.Direction) + " " + t.Name()
	if m == Datagrams {
		name = "datagrams " + name
	}
	return name
}

// idle returns the fault that claims to be that of r and does nothing. It panics where
// there is none: a new sort of fault needs a new sort of idleness.
func (g *program) idle(r *Rule, out *outcome) Fault {
	if g.medium == Datagrams && r.Direction != ServerStart {
		return &idleDatagram{datagramFault: r.Fault.(datagramFault)}
	}
	switch f := r.Fault.(type) {
	case pointFault:
		return idlePoint{f}
	case delayFault:
		return idleDelay{f}
	case finishFault:
		return &idleFinish{finishFault: f}
	case paceFault:
		return idlePace{f}
	case cutFault:
		return idleCut{f}
	case dropFault:
		return idleDrop{f, func(n int) { g.tally.dropped(out, int64(n)) }}
	case transformFault:
		return idleTransform{f}
	}
	panic("fault: no mutant of " + r.Fault.Kind())
}
