package explore

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// pairs is the fifth wave: where one fault made the client do something new, a second one there. After
// which of the first ones the client did the same, only decides what comes first.
func (s *search) pairs(ctx context.Context) error {
	var first, further []fault.Rule
	seen := map[string]bool{}
	for _, r := range s.singles() {
		done := s.tried[keyOf(only(r))]
		switch {
		case len(done.Fresh) == 0 || len(done.Breaches) > 0:
		case seen[done.Shape]:
			further = append(further, r)
		default:
			seen[done.Shape] = true
			first = append(first, r)
		}
	}
	for _, r := range append(first, further...) {
		if err := s.tryWave(ctx, s.pairsOf(r)); err != nil {
			return err
		}
	}
	return nil
}

// pairsOf returns candidates with a second rule on the connections that a first one brought about.
func (s *search) pairsOf(first fault.Rule) (all []candidate) {
	of := keyOf(only(first))
	for _, fresh := range s.tried[of].Fresh {
		for _, at := range fresh.afterwards() {
			for _, f := range s.profile.seconds() {
				all = append(all, candidate{plan: fault.Plan{Rules: []fault.Rule{first, at.rule(f)}}, wave: 5, of: of})
			}
		}
	}
	return all
}

// singles returns the rules of the plans with one rule that were tried and acted, in their order.
func (s *search) singles() (all []fault.Rule) {
	for _, p := range s.order {
		if r := s.tried[keyOf(p)]; len(p.Rules) == 1 && r.Fired && r.Lost == "" {
			all = append(all, p.Rules[0])
		}
	}
	return all
}

// A sweep is the places of one direction of a connection at which one fault is tried.
type sweep struct {
	rule    fault.Rule // at offset 0
	offsets []int64    // in order
}

// sweeps returns what the waves before had planned, by fault and stream, whoever tried it.
func (s *search) sweeps() (all []*sweep) {
	byKey := map[string]*sweep{}
	for _, p := range s.planned {
		r := p.Rules[0]
		if len(p.Rules) != 1 || r.After.Writes > 0 || r.Direction == transcript.Neither || len(r.Conns.Only) != 1 || r.Until != (fault.Window{}) {
			continue
		}
		key := keyOf(only(r.AfterBytes(0)))
		if byKey[key] == nil {
			byKey[key] = &sweep{rule: r.AfterBytes(0)}
			all = append(all, byKey[key])
		}
		byKey[key].offsets = append(byKey[key].offsets, r.After.Bytes)
	}
	for _, sw := range all {
		slices.Sort(sw.offsets)
		sw.offsets = slices.Compact(sw.offsets)
	}
	return all
}

// halvings is the beginning of the sixth wave: where two neighboring places end differently, the
// place between them, until they touch. It belongs to the plan of the first of the two.
func (s *search) halvings(ctx context.Context) error {
	for _, sw := range s.sweeps() {
		for i, at := range sw.offsets {
			of := keyOf(only(sw.rule.AfterBytes(at)))
			if !s.shard.has(of) || !s.tried[of].Fired {
				continue
			}
			next, ok := s.nextFired(ctx, sw, i)
			if !ok {
				continue
			}
			if err := s.halve(ctx, sw.rule, of, at, next); err != nil {
				return err
			}
		}
	}
	return nil
}

// nextFired returns the next place of a sweep at which the fault acts. A plan of another shard is run
// for that, and does not count.
func (s *search) nextFired(ctx context.Context, sw *sweep, i int) (at int64, ok bool) {
	for _, at := range sw.offsets[i+1:] {
		key := keyOf(only(sw.rule.AfterBytes(at)))
		r, done := s.tried[key]
		if !done && !s.shard.has(key) && s.spent() == nil {
			r = s.trial(ctx, only(sw.rule.AfterBytes(at)))
			s.remember(key, r)
		}
		if r.Fired {
			return at, true
		}
	}
	return 0, false
}

// halve tries places between two, one of which is known, as long as neighbors end differently.
func (s *search) halve(ctx context.Context, rule fault.Rule, of string, low, high int64) error {
	shape := func(at int64) string { return s.tried[keyOf(only(rule.AfterBytes(at)))].Shape }
	if high-low < 2 || shape(low) == shape(high) {
		return nil
	}
	middle := low + (high-low)/2
	r, err := s.attempt(ctx, candidate{plan: only(rule.AfterBytes(middle)), wave: 6, of: of})
	if err != nil || !r.Fired {
		return err
	}
	if err := s.halve(ctx, rule, of, low, middle); err != nil {
		return err
	}
	return s.halve(ctx, rule, of, middle, high)
}

// everyByte tries each offset of the streams, but for those of bulk data.
func (s *search) everyByte(ctx context.Context) error {
	const most = 4096
	p := s.profile
	for _, d := range bothWays {
		for _, st := range p.Streams {
			if st.Direction != d || st.Datagrams {
				continue
			}
			for at := range min(st.Steady, most) {
				if err := s.tryWave(ctx, p.seconds().at(place{conn: st.Conn, direction: d, at: at}, 6)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// draws tries, for what is left of plans and time, what chance makes of the places and the faults: a
// few kinds at a time, since a little of everything hides what one alone does.
func (s *search) draws(ctx context.Context) error {
	if len(s.profile.Streams) == 0 || s.cfg.leftOut == 6 { // no place, or no wave
		return nil
	}
	rng := rand.New(rand.NewPCG(s.cfg.Seed, 0))
	for {
		subset := s.drawKinds(rng)
		for range 16 {
			if err := s.tryWave(ctx, []candidate{{plan: s.drawPlan(rng, subset), wave: 6}}); err != nil {
				return err
			}
		}
	}
}

// drawKinds draws a few kinds of faults.
func (s *search) drawKinds(rng *rand.Rand) kinds {
	late := s.profile.late()
	all := append(s.profile.broken(), fault.Blackhole{}, fault.SlowClose{Delay: late}, fault.Stall{For: time.Duration(1 + rng.Int64N(int64(late)))})
	if s.medium == fault.Datagrams {
		all = kinds{fault.Loss{Rate: .5}, fault.Duplicate{Rate: .5, Copies: 2}, fault.Reorder{Rate: .5, Gap: 2}, fault.Latency{Delay: late}}
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+rng.IntN(3)]
}

// drawPlan draws a plan of one to three rules with faults of a subset.
func (s *search) drawPlan(rng *rand.Rand, subset kinds) fault.Plan {
	p := fault.Plan{Seed: 1 + rng.Uint64N(1<<32)}
	for range 1 + rng.IntN(3) {
		st := s.profile.Streams[rng.IntN(len(s.profile.Streams))]
		at := place{conn: st.Conn + rng.IntN(2), direction: st.Direction, at: rng.Int64N(st.Length + 1)}
		r := at.rule(subset[rng.IntN(len(subset))])
		if s.medium == fault.Datagrams {
			r = fault.Rule{Fault: r.Fault, Direction: st.Direction}.AfterDatagrams(rng.Int64N(max(st.Length, 1)))
		}
		p.Rules = append(p.Rules, r)
	}
	if !p.Draws() {
		p.Seed = 0
	}
	return p
}
