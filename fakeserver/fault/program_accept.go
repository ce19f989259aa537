package fault

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func (g *program) Accept(conn int) []decide.Step {
	g.tally.sawConn(conn)
	var steps []decide.Step
	var ending *decide.Step
	for _, a := range g.rulesFor(conn, transcript.Neither) {
		g.tally.progress(conn, []*outcome{a.out}, []*outcome{a.out}, 0)
		if p := a.rule.Probability; p != nil && !a.draws.hit(probabilityUnit, *p) {
			continue
		}
		w := work{active: a}
		step := w.step(0)
		if step.Op == decide.OpFailAccept {
			step.Calls = max(1, a.rule.Limit)
		}
		if !step.Op.Ends() {
			steps = append(steps, step)
		} else if ending == nil {
			ending = &step
		}
	}
	if ending != nil {
		steps = append(steps, *ending)
	}
	return steps
}

func (g *program) Accepted(conn int, step decide.Step) { g.tally.fired(ruleOf(step), conn, 0) }

func (g *program) HasOnAccept(conn int, step decide.Step) bool {
	return slices.ContainsFunc(g.rulesFor(conn, transcript.Neither), func(a active) bool { return a.out == ruleOf(step) })
}
