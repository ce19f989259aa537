//go:build !mutants

package fault

// mutant returns what acts instead of the plan's ith rule: the rule itself. In
// the builds of internal/mutants it may be one that does nothing.
func (g *program) mutant(i int) *Rule { return &g.plan.Rules[i] }
