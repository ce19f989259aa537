package fault

import (
	"reflect"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Succeed returns the program of another plan that takes over from g while
// traffic flows. Rules are known by their keys; one that both plans have with the
// same content goes on with its account. The seed stays g's: p.Seed is not looked at.
func (g *Program) Succeed(p Plan) (*Program, error) {
	p.Seed = g.plan.Seed
	next, err := p.Compile(g.medium)
	if err != nil {
		return nil, err
	}
	next.tally = g.tally
	for _, out := range next.rules {
		out.live = true
	}
	next.gone = slices.Clone(g.gone)
	for i, key := range g.keys {
		if j := slices.Index(next.keys, key); j >= 0 && sameRule(&g.plan.Rules[i], &next.plan.Rules[j]) {
			next.rules[j] = g.rules[i]
			continue
		}
		next.gone = append(next.gone, gone{key, g.plan.Rules[i], g.rules[i]})
	}
	return next, nil
}

func sameRule(a, b *Rule) bool { return reflect.DeepEqual(a, b) }

// StreamAt is Stream for a direction of which offset bytes have passed already.
// Windows that are open there apply from there on; an offset that lies behind is
// passed. Tick returns what is due at that very offset.
func (g *Program) StreamAt(conn int, d transcript.Direction, offset int64) *Stream {
	s := g.Stream(conn, d)
	if s == nil {
		return nil
	}
	s.offset = offset
	for _, w := range s.works {
		w.come(s)
	}
	s.noteProgress()
	return s
}

// Adopt lets the stream go by another program from its present offset on, at now
// after the connection was accepted. Rules that the two share go on where they are.
// It returns the steps that are due at once: a rule that comes for this very offset
// acts as it would have if it had been there before.
func (s *Stream) Adopt(g *Program, d transcript.Direction, now time.Duration) []Step {
	s.steps = s.steps[:0]
	old, next := s.works, g.rulesFor(s.conn, d)
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
		w := newWork(a)
		w.come(s)
		s.works = append(s.works, w)
	}
	s.crew = s.crewNow()
	s.noteProgress()
	if !s.ended {
		s.settle(now)
	}
	return s.steps
}

// noteProgress lets the report say of rules that come to a stream under way how far
// that has got.
func (s *Stream) noteProgress() { s.tally.progress(s.conn, s.crew.all, nil, s.offset) }

// Has reports whether the stream still goes by the rule of step. One that has its key and
// other contents is another.
func (s *Stream) Has(step Step) bool {
	return slices.ContainsFunc(s.works, func(w *work) bool { return w.out == step.out })
}

// come lets a rule come to a stream that is under way.
func (w *work) come(s *Stream) {
	at, u := w.rule.After.Bytes, w.rule.Until.Bytes
	if s.offset <= at || w.match != nil || w.rule.After.Time > 0 {
		return // its offset is still ahead, or this very one
	}
	if w.isPoint() || u > 0 && s.offset >= at+u {
		w.phase = over
		s.tally.passed(w.out)
	}
}

// Adopt lets the peer go by another program from its next datagram on. Rules that
// the two share go on where they are.
func (p *Peer) Adopt(g *Program, d transcript.Direction) {
	if p.prog == g {
		return
	}
	old := p.works
	p.prog, p.works = g, nil
	for _, a := range g.rulesFor(p.conn, d) {
		if i := slices.IndexFunc(old, func(w *peerWork) bool { return w.out == a.out }); i >= 0 {
			old[i].active = a
			p.works = append(p.works, old[i])
			continue
		}
		if u := a.rule.Until.Datagrams; u > 0 && a.rule.After.Time == 0 && p.n >= a.rule.After.Datagrams+u {
			g.tally.passed(a.out)
		}
		p.works = append(p.works, newPeerWork(a))
	}
}
