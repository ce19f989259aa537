package fault

import "github.com/fakewire/fakewire/fakeserver/internal/decide"

func (g *program) Start() []decide.Step {
	var steps []decide.Step
	for _, a := range g.rulesFor(0, ServerStart) {
		if !g.tally.starts(a.out) {
			continue
		}
		if p := a.rule.Probability; p != nil && !a.draws.hit(probabilityUnit, *p) {
			continue
		}
		w := work{active: a}
		steps = append(steps, w.step(0))
	}
	return steps
}

func (g *program) Started(step decide.Step) { g.tally.fired(ruleOf(step), 0, 0) }

// passStart notes that a rule comes to a server that has started.
func (g *program) passStart(i int) {
	if r := &g.plan.Rules[i]; r.Direction == ServerStart && !r.After.Now {
		g.tally.passed(g.rules[i])
	}
}
