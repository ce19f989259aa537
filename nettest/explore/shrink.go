package explore

import (
	"cmp"
	"context"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A shrinker makes the plan of a find smaller, as long as it breaks the client in the same way. Each
// step is run, and none assumed.
type shrinker struct {
	*search
	breach Breach
	always bool // the plan breaks the client each time, so that a smaller one has to
	best   fault.Plan
	tries  int
	end    time.Time
}

// How much a find is shrunk at most: by trials, and by time.
const (
	maxShrinks  = 200
	shrinkBound = 20 * time.Second
)

// shrink returns the smallest plan that it comes to.
func (s *search) shrink(ctx context.Context, f *Find) {
	sh := &shrinker{search: s, breach: f.Breach, best: f.Plan, end: s.within(cmp.Or(s.cfg.FindBudget, shrinkBound))}
	sh.always = sh.alwaysBreaks(ctx)
	for before := ""; before != keyOf(sh.best) && ctx.Err() == nil; {
		before = keyOf(sh.best)
		sh.dropRules(ctx)
		for i := range sh.best.Rules {
			sh.simplify(ctx, i)
			sh.weaken(ctx, i)
			sh.moveToFront(ctx, i)
			sh.shorten(ctx, i)
		}
	}
	f.Plan, f.Shrinks = sh.best, sh.tries
}

// within returns when a time from now is over; in a bubble that the search runs in, never.
func (s *search) within(d time.Duration) time.Time {
	if s.cfg.Network != nil {
		d = math.MaxInt64 / 2
	}
	return time.Now().Add(d)
}

// alwaysBreaks reports whether the plan breaks the client each time: it has done so twice already.
func (s *shrinker) alwaysBreaks(ctx context.Context) bool {
	for range 2 {
		if !s.breaks(ctx, s.best) {
			return false
		}
	}
	return true
}

// holds reports whether a plan breaks the client in the same way, and takes it if it does.
func (s *shrinker) holds(ctx context.Context, p fault.Plan) bool {
	key := keyOf(p)
	if key == keyOf(s.best) || p.Validate(s.medium) != nil {
		return false
	}
	r, done := s.tried[key]
	if !done {
		if s.tries >= maxShrinks || time.Now().After(s.end) {
			return false
		}
		r = s.run(ctx, p)
		s.remember(key, r)
	}
	if !r.breaks(s.breach) || s.always && !s.breaks(ctx, p) {
		return false
	}
	s.best = p
	return true
}

// run runs a trial, and counts it.
func (s *shrinker) run(ctx context.Context, p fault.Plan) result {
	s.tries++
	return s.trial(ctx, p)
}

// breaks runs a trial, and reports whether it breaks the client in the same way.
func (s *shrinker) breaks(ctx context.Context, p fault.Plan) bool {
	return s.run(ctx, p).breaks(s.breach)
}

// breaks reports whether the plan acted, and broke the client in that way.
func (r result) breaks(b Breach) bool { return r.Fired && slices.ContainsFunc(r.Breaches, b.same) }

// with returns the best plan with another rule in place of one.
func (s *shrinker) with(i int, r fault.Rule) fault.Plan {
	p := s.best
	p.Rules = slices.Clone(p.Rules)
	p.Rules[i] = r
	return p
}

// dropRules takes rules out, from the back.
func (s *shrinker) dropRules(ctx context.Context) {
	for i := len(s.best.Rules) - 1; i >= 0 && len(s.best.Rules) > 1; i-- {
		p := s.best
		p.Rules = slices.Delete(slices.Clone(p.Rules), i, i+1)
		s.holds(ctx, p)
	}
}

// simplify takes what a rule does not need: chance, and acting more than once; and a connection of a
// smaller number.
func (s *shrinker) simplify(ctx context.Context, i int) {
	r := s.best.Rules[i]
	if r.Probability != nil {
		r.Probability = nil
		s.holds(ctx, s.with(i, r))
	}
	if only := s.best.Rules[i].Conns.Only; len(only) == 1 {
		for n := 1; n < only[0]; n++ {
			if s.holds(ctx, s.with(i, s.best.Rules[i].OnConn(n))) {
				break
			}
		}
	}
	if !s.best.Draws() && s.best.Seed != 0 {
		p := s.best
		p.Seed = 0
		s.holds(ctx, p)
	}
}

// strengths are faults of streams from the weakest on. That one is weaker than another says only that
// it is the simpler explanation.
func (s *shrinker) strengths() []fault.Fault {
	return []fault.Fault{
		fault.Latency{Delay: briefDelay}, fault.Slice{Size: 1}, fault.SlowClose{Delay: s.profile.late()}, fault.HalfClose{},
		fault.Close{}, fault.Reset{}, fault.Exit{}, fault.Restart{}, fault.Stall{For: s.profile.late()}, fault.Stall{}, fault.Blackhole{},
	}
}

// weaken tries the weaker faults in place of a rule's, the weakest first.
func (s *shrinker) weaken(ctx context.Context, i int) {
	all := s.strengths()
	own := slices.IndexFunc(all, func(f fault.Fault) bool {
		return reflect.TypeOf(f) == reflect.TypeOf(s.best.Rules[i].Fault) && lasts(f) == lasts(s.best.Rules[i].Fault)
	})
	for k := range max(own, 0) {
		r := s.best.Rules[i]
		if r.Fault = all[k]; cutsRequests(only(r)) && !cutsRequests(s.best) {
			continue
		}
		if s.holds(ctx, s.with(i, r)) {
			return
		}
	}
}

// lasts reports whether a Stall ends by itself.
func lasts(f fault.Fault) bool {
	stall, ok := f.(fault.Stall)
	return ok && stall.For > 0
}

// moveToFront moves the place of a rule ahead: to the beginning, to a boundary, and then by halving.
func (s *shrinker) moveToFront(ctx context.Context, i int) {
	at := func() int64 { return s.best.Rules[i].After.Bytes }
	if s.medium == fault.Datagrams || at() == 0 || s.holds(ctx, s.with(i, s.best.Rules[i].AfterBytes(0))) {
		return
	}
	for _, b := range s.boundariesOf(s.best.Rules[i]) {
		if b < at() && s.holds(ctx, s.with(i, s.best.Rules[i].AfterBytes(b))) {
			break
		}
	}
	for low := s.floorOf(s.best.Rules[i]); at()-low > 1; { // at low it does not hold
		middle := low + (at()-low)/2
		if !s.holds(ctx, s.with(i, s.best.Rules[i].AfterBytes(middle))) {
			low = middle
		}
	}
}

// boundariesOf returns the boundaries of the stream that a rule is for.
func (s *shrinker) boundariesOf(r fault.Rule) (all []int64) {
	for _, st := range s.profile.Streams {
		if len(r.Conns.Only) == 1 && st.Conn == r.Conns.Only[0] && st.Direction == r.Direction {
			for _, p := range st.boundaries() {
				all = append(all, p.at)
			}
		}
	}
	return all
}

// floorOf returns the nearest boundary before a rule's place.
func (s *shrinker) floorOf(r fault.Rule) (floor int64) {
	for _, b := range s.boundariesOf(r) {
		if b < r.After.Bytes {
			floor = b
		}
	}
	return floor
}

// shorten makes a rule's time shorter: to a millisecond, and then by halving.
func (s *shrinker) shorten(ctx context.Context, i int) {
	long, ok := s.best.Rules[i].Fault.(fault.Stall)
	if !ok || long.For <= time.Millisecond {
		return
	}
	try := func(d time.Duration) bool {
		r := s.best.Rules[i]
		r.Fault = fault.Stall{For: d}
		return s.holds(ctx, s.with(i, r))
	}
	if try(time.Millisecond) {
		return
	}
	for low, high := time.Millisecond, long.For; high-low > max(high/16, time.Millisecond); {
		middle := (low + (high-low)/2).Round(time.Millisecond)
		if try(middle) {
			high = middle
		} else {
			low = middle
		}
	}
}
