package fault

import (
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Program is a plan made ready to decide: checked, with its seed settled, and
// with the account of what its rules did. Its methods may be called from several
// goroutines at once; what Stream and Peer return, by one at a time.
type Program struct {
	plan   Plan
	medium Medium
	keys   []string
	tally  *tally
	rules  []*outcome // of the plan's rules, in plan order
	gone   []gone     // rules that earlier programs had
}

// gone is a rule that SetFaults has removed. What was decided by it may still be
// carried out.
type gone struct {
	key  string
	rule Rule
	out  *outcome
}

// Compile checks p for use on m and returns its program. It keeps no part of p
// that the caller could change.
func (p Plan) Compile(m Medium) (*Program, error) {
	if err := p.Validate(m); err != nil {
		return nil, err
	}
	p = p.plain()
	for i, r := range p.Rules {
		p.Rules[i] = r.clone()
	}
	g := &Program{plan: p, medium: m, keys: p.keys(), tally: new(tally)}
	for range p.Rules {
		out := new(outcome)
		if m == Streams {
			out.on = map[int]*firing{}
		}
		g.rules = append(g.rules, out)
	}
	return g, nil
}

// Empty reports whether the plan has no rules.
func (g *Program) Empty() bool { return len(g.plan.Rules) == 0 }

// Plan returns the plan.
func (g *Program) Plan() Plan { return g.plan }

// active is a rule at work on one direction of one connection.
type active struct {
	out   *outcome
	key   string
	rule  *Rule
	draws draws
}

// rulesFor returns the rules for direction d of connection conn.
func (g *Program) rulesFor(conn int, d transcript.Direction) []active {
	var all []active
	for i := range g.plan.Rules {
		r := &g.plan.Rules[i]
		if r.Direction == d && r.on(conn) {
			all = append(all, active{g.rules[i], g.keys[i], g.mutant(i), newDraws(g.plan.Seed, g.keys[i], conn, d)})
		}
	}
	return all
}
