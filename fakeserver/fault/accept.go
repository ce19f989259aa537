package fault

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Accept returns what is to be done with connection conn when it is accepted: what
// waits first, and then at most one ending. Accepted tells that a step was carried
// out.
func (g *Program) Accept(conn int) []Step {
	g.tally.sawConn(conn)
	var steps []Step
	var ending *Step
	for _, a := range g.rulesFor(conn, transcript.Neither) {
		g.tally.progress(conn, []*outcome{a.out}, []*outcome{a.out}, 0)
		if p := a.rule.Probability; p != nil && !a.draws.hit(probabilityUnit, *p) {
			continue
		}
		w := work{active: a}
		step := w.step(0)
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

// Accepted tells that step was carried out on connection conn, so that the report
// counts it.
func (g *Program) Accepted(conn int, step Step) { g.tally.fired(step.out, conn, 0) }

// HasOnAccept reports whether the plan still has the OnAccept rule of step for connection
// conn. One that has its key and other contents is another.
func (g *Program) HasOnAccept(conn int, step Step) bool {
	return slices.ContainsFunc(g.rulesFor(conn, transcript.Neither), func(a active) bool { return a.out == step.out })
}
