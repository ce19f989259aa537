package fault

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// program implements decide.Program.
type program struct {
	plan   Plan
	medium Medium
	keys   []string
	tally  *tally
	first  tally      // of the first of the programs that share one
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

// compile checks p for use on m and makes g, which is zero, its program.
func (g *program) compile(p Plan, m Medium) error {
	if err := p.Validate(m); err != nil {
		return err
	}
	p = p.plain()
	for i, r := range p.Rules {
		p.Rules[i] = r.clone()
	}
	g.plan, g.medium, g.keys, g.tally = p, m, p.keys(), &g.first
	for range p.Rules {
		out := new(outcome)
		if m == Streams {
			out.on = map[int]*firing{}
		}
		g.rules = append(g.rules, out)
	}
	return nil
}

func (g *program) Empty() bool { return len(g.plan.Rules) == 0 }

// Stream returns nil, and not a nil *stream, where there is none.
func (g *program) Stream(conn int, d transcript.Direction) decide.Stream {
	if s := g.stream(conn, d); s != nil {
		return s
	}
	return nil
}

func (g *program) HasStream(conn int, d transcript.Direction) bool {
	return slices.ContainsFunc(g.plan.Rules, func(r Rule) bool {
		return r.on(conn) && (r.Direction == d || r.looksIn(d))
	})
}

// StreamAt returns nil, and not a nil *stream, where there is none.
func (g *program) StreamAt(conn int, d transcript.Direction, offset, writes int64) decide.Stream {
	s := g.stream(conn, d)
	if s == nil {
		return nil
	}
	s.joinAt(offset, writes)
	return s
}

func (g *program) HasRule(account any) bool {
	return slices.ContainsFunc(g.rules, func(o *outcome) bool { return any(o) == account })
}

func (g *program) Peer(conn int, d transcript.Direction) decide.Peer { return g.peer(conn, d) }

// active is a rule at work on one direction of one connection.
type active struct {
	out   *outcome
	key   string
	rule  *Rule
	draws draws
	once  bool // its fault is a pointFault
	stops bool // and a stopFault
}

func (g *program) active(i, conn int, d transcript.Direction) active {
	f := g.plan.Rules[i].Fault
	_, once := f.(pointFault)
	_, stops := f.(stopFault)
	return active{g.rules[i], g.keys[i], g.mutant(i), newDraws(g.plan.Seed, g.keys[i], conn, d), once, stops}
}

// rulesFor returns the rules for direction d of connection conn.
func (g *program) rulesFor(conn int, d transcript.Direction) []active {
	return g.rulesWhere(conn, func(r *Rule) bool { return r.Direction == d }, d)
}

// rulesToldBy returns the rules for connection conn of which direction d is not the direction, but
// that of their match.
func (g *program) rulesToldBy(conn int, d transcript.Direction) []active {
	return g.rulesWhere(conn, func(r *Rule) bool { return r.Direction != d && r.looksIn(d) }, d)
}

func (g *program) rulesWhere(conn int, belongs func(*Rule) bool, d transcript.Direction) []active {
	var all []active
	for i := range g.plan.Rules {
		if r := &g.plan.Rules[i]; belongs(r) && r.on(conn) {
			all = append(all, g.active(i, conn, d))
		}
	}
	return all
}
