package fault

import (
	"errors"
	"fmt"
)

// State is how a rule ended.
type State uint8

// The states.
const (
	NotReached State = iota // nothing ever came to where it acts
	Armed                   // it was reached, but never acted: its draws, or the traffic, did not ask for it, or what it decided never came about
	Fired                   // it acted
	Passed                  // it came with SetFaults, when the connection was past its offset, or the server had started
)

// String returns "not reached", "armed", "fired" or "passed".
func (s State) String() string { return [...]string{"not reached", "armed", "fired", "passed"}[s] }

// A Report is what became of a plan. It is plain data.
type Report struct {
	Medium Medium
	Seed   uint64
	Conns  int // how many connections or peers there were
	Rules  []Outcome
}

// An Outcome is what became of one rule.
type Outcome struct {
	Key   string
	Rule  Rule
	State State
	Count int64 // how often it acted: what it decided counts when it was carried out
	// Conn and Offset say where it acted first: the lowest connection number, and
	// there the lowest offset or datagram number. For a rule that was not reached
	// they say how far the connections that it is for got; with Conn 0, there was none.
	Conn   int
	Offset int64
	// Datagrams is how many datagrams came to where the rule acts. Its draws, Nth and the like
	// choose among them, and what an earlier rule has lost is not acted on. 0 for streams.
	Datagrams int64
	// Matches is how many matches of the rule's trigger came, on the connection with the most. After
	// the last that it waits for, they are not counted.
	Matches int
	// Live says that the rule came with SetFaults.
	Live bool
	// Removed says that SetFaults has taken the rule out of the plan.
	Removed bool
	// Dropped is how many bytes went nowhere because of the rule.
	Dropped int64
	// Following is how many bytes came after the offsets at which a Stall or a Hold
	// stopped streams, that way and on those connections: what there was to be stopped.
	Following int64
}

// report returns the account so far.
func (g *program) report() Report {
	g.tally.mu.Lock()
	defer g.tally.mu.Unlock()
	g.tally.catchUpLocked()
	r := Report{Medium: g.medium, Seed: g.plan.Seed, Conns: g.tally.conns}
	for i, out := range g.rules {
		r.Rules = append(r.Rules, out.outcome(g.keys[i], g.plan.Rules[i]))
	}
	for _, old := range g.gone {
		o := old.out.outcome(old.key, old.rule)
		o.Removed = true
		r.Rules = append(r.Rules, o)
	}
	return r
}

// outcome returns the account of a rule. It needs the tally's mu.
func (o *outcome) outcome(key string, r Rule) Outcome {
	told := Outcome{Key: key, Rule: r, Count: o.fired, Conn: o.conn, Offset: o.offset, Dropped: o.dropped, Following: o.following, Datagrams: o.came, Matches: o.matches, Live: o.live}
	if o.fired > 0 {
		told.State = Fired
		return told
	}
	told.Conn, told.Offset = o.farConn, o.far
	switch {
	case o.reached:
		told.State = Armed
	case o.passed:
		told.State = Passed
	}
	return told
}

// Verify returns an error that names each rule that did not act, in whatever state
// it is, unless the rule's Demand excuses that. A test that passes because its fault
// never happened proves nothing.
func (r Report) Verify() error {
	var errs []error
	for _, o := range r.Rules {
		if o.State != Fired && !o.excused() {
			errs = append(errs, fmt.Errorf("fault: rule %s was %s (%s)", o.Key, r.describe(o), o.advice()))
		}
	}
	return errors.Join(errs...)
}

// excused reports whether the rule was allowed not to act.
func (o Outcome) excused() bool {
	switch o.Rule.Demand {
	case NeedNotFire:
		return true
	case MustHit:
		return false
	}
	if o.Removed { // which says that it is not wanted
		return true
	}
	return o.State == Armed && o.Rule.mayMiss()
}

// advice says what to do about a rule that did not act.
func (o Outcome) advice() string {
	if o.Rule.Demand == MustHit {
		return "it must hit"
	}
	switch o.State {
	case Passed:
		if o.Rule.Direction == ServerStart {
			return "start the server with it, let it act now with Now, or allow it with NeedNotFire"
		}
		return "let it come earlier, move it ahead, or allow it with NeedNotFire"
	case Armed:
		return "give it something to act on, or allow it with NeedNotFire"
	}
	return "send more, move the rule, or allow it with NeedNotFire"
}
