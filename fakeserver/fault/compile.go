package fault

import "github.com/fakewire/fakewire/fakeserver/internal/decide"

// A Compiled is a plan at work at a server: checked, and with the account of what its rules did.
// Its methods may be called from several goroutines at once.
//
// It is the seam between this package, which decides, and package fakeserver, which acts. A test
// needs none of it: it hands a plan to its server, and asks the server for the report. What
// decides comes from Program, in words that are internal to fakeserver, so that they may change.
type Compiled struct{ prog program }

// Compile checks p for use on m and makes it ready to decide. It keeps no part of p that the
// caller could change. Its errors wrap ErrPlan.
func (p Plan) Compile(m Medium) (*Compiled, error) {
	c := new(Compiled)
	if err := c.prog.compile(p, m); err != nil {
		return nil, err
	}
	return c, nil
}

// Program returns what decides.
func (c *Compiled) Program() decide.Program { return &c.prog }

// Plan returns the plan.
func (c *Compiled) Plan() Plan { return c.prog.plan }

// Replace compiles p to take over from c while traffic flows. Rules are known by their keys; one
// that both plans have with the same content goes on with its account. The seed stays c's: p.Seed
// is not looked at.
func (c *Compiled) Replace(p Plan) (*Compiled, error) {
	next := new(Compiled)
	if err := next.prog.replace(&c.prog, p); err != nil {
		return nil, err
	}
	return next, nil
}

// Report returns the account so far: the plan's rules in their order, and after them those that
// Replace has removed.
func (c *Compiled) Report() Report { return c.prog.report() }
