package fault

import (
	"reflect"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// replace makes g, which is zero, the program of p, which takes over from old.
func (g *program) replace(old *program, p Plan) error {
	p.Seed = old.plan.Seed
	if err := g.compile(p, old.medium); err != nil {
		return err
	}
	g.tally = old.tally
	for _, out := range g.rules {
		out.live = true
	}
	g.gone = slices.Clone(old.gone)
	for i, key := range old.keys {
		if j := slices.Index(g.keys, key); j >= 0 && sameRule(&old.plan.Rules[i], &g.plan.Rules[j]) {
			g.rules[j] = old.rules[i]
			continue
		}
		g.gone = append(g.gone, gone{key, old.plan.Rules[i], old.rules[i]})
	}
	for i, out := range g.rules {
		if !slices.Contains(old.rules, out) {
			g.passStart(i)
		}
	}
	return nil
}

func sameRule(a, b *Rule) bool { return reflect.DeepEqual(a, b) }

// joinAt lets the rules of s, which is new, come to a stream of which offset bytes have passed, in
// so many writes.
func (s *stream) joinAt(offset, writes int64) {
	s.offset, s.writes = offset, writes
	for _, w := range s.works {
		w.come(s)
	}
	s.rouse()
	s.noteProgress()
}

func (s *stream) Adopt(program decide.Program, now time.Duration) []decide.Step {
	s.steps = s.steps[:0]
	prog := ours(program)
	old, next := s.works, prog.rulesFor(s.conn, s.dir)
	for _, w := range old {
		if !s.ended && !slices.ContainsFunc(next, func(a active) bool { return a.out == w.out }) {
			s.flushOne(w)
		}
	}
	s.works = nil
	for _, a := range next {
		if i := slices.IndexFunc(old, func(w *work) bool { return w.out == a.out }); i >= 0 {
			old[i].active = a
			s.works = append(s.works, old[i])
			continue
		}
		w := s.newWork(a)
		w.come(s)
		s.works = append(s.works, w)
	}
	s.tell(prog.rulesToldBy(s.conn, s.dir))
	s.crew = s.crewNow()
	s.rouse()
	s.noteProgress()
	if !s.ended {
		s.hear()
		s.settle(now)
	}
	return s.steps
}

// tell lets s look for the matches of other rules of the other direction than before. Those that
// it has looked for go on where they are.
func (s *stream) tell(next []active) {
	old := s.tells
	s.tells = nil
	for _, a := range next {
		if i := slices.IndexFunc(old, func(x *watch) bool { return x.out == a.out }); i >= 0 {
			s.tells = append(s.tells, old[i])
			continue
		}
		s.tells = append(s.tells, newWatch(s.tally, s.conn, a))
	}
}

// ours returns the program as what it is in this engine, the only one there is.
func ours(p decide.Program) *program { return p.(*program) }

// noteProgress lets the report say of rules that come to a stream under way how far
// that has got.
func (s *stream) noteProgress() { s.tally.progress(s.conn, s.crew.all, nil, s.offset) }

func (s *stream) Has(step decide.Step) bool {
	return slices.ContainsFunc(s.works, func(w *work) bool { return w.out == ruleOf(step) })
}

// come lets a rule come to a stream that is under way.
func (w *work) come(s *stream) {
	t, u := &w.rule.After, w.rule.Until.Bytes
	if !t.isOffset() || s.offset <= t.Bytes || t.Writes > 0 && s.writes <= t.Writes {
		return // its offset is still ahead, or this very one
	}
	if w.isPoint() || u > 0 && t.Writes == 0 && s.offset >= t.Bytes+u {
		w.phase = over
		s.tally.passed(w.out)
	}
}

func (p *peer) Adopt(program decide.Program) {
	g := ours(program)
	if p.prog == g {
		return
	}
	old := p.works
	p.prog, p.works = g, nil
	for _, a := range g.rulesFor(p.conn, p.dir) {
		if i := slices.IndexFunc(old, func(w *peerWork) bool { return w.out == a.out }); i >= 0 {
			old[i].active = a
			p.works = append(p.works, old[i])
			continue
		}
		if u := a.rule.Until.Datagrams; u > 0 && a.rule.countsAll() && p.n >= a.rule.After.Datagrams+u {
			g.tally.passed(a.out)
		}
		w := p.newWork(a)
		if a.once && a.rule.countsAll() && p.n >= w.first() {
			g.tally.passed(a.out)
		}
		p.works = append(p.works, w)
	}
	p.tell(g.rulesToldBy(p.conn, p.dir))
}

// countsAll reports whether the window of a rule for datagrams is fixed by their numbers.
func (r *Rule) countsAll() bool {
	return r.After.isOffset() && len(r.Contains) == 0
}
