package explore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// How much a find is explained at most: by the other places that it is held against in each direction, and
// on sockets by time.
const (
	maxNeighbors = 40
	fewNeighbors = 4 // of what is costly
	explainBound = 20 * time.Second
)

// explain says what a find hangs on, by what happens beside it: from which byte to which other it is
// the same, and whether the seed matters.
func (s *search) explain(ctx context.Context, f *Find) {
	for i, r := range f.Plan.Rules {
		if text := s.explainPlace(ctx, f, i); text != "" {
			f.Why = append(f.Why, text)
		} else if r.After.Bytes == 0 && len(r.Conns.Only) == 0 {
			f.Why = append(f.Why, fmt.Sprintf("%s on all connections, from their beginning", r.Fault.Kind()))
		}
	}
	if f.Plan.Draws() {
		f.Why = append(f.Why, s.explainSeed(ctx, f))
	}
}

// breaksAt reports whether the find is the same with a rule at another offset.
func (s *search) breaksAt(ctx context.Context, f *Find, rule int, at int64) bool {
	p := f.Plan
	p.Rules = slices.Clone(p.Rules)
	p.Rules[rule] = p.Rules[rule].AfterBytes(at)
	key := keyOf(p)
	r, done := s.tried[key]
	if !done {
		r = s.trial(ctx, p)
		s.remember(key, r)
	}
	return r.breaks(f.Breach)
}

// explainPlace looks for the first and the last offset at which it is the same: next to it first, and
// then further on, by doubling and halving.
func (s *search) explainPlace(ctx context.Context, f *Find, rule int) string {
	r := f.Plan.Rules[rule]
	st, ok := s.streamOf(r)
	if !ok || s.medium == fault.Datagrams || r.After.Writes > 0 || len(r.After.Match) > 0 {
		return ""
	}
	at := r.After.Bytes
	low, passesLow := s.edge(ctx, f, rule, at, -1, 0)
	high, passesHigh := s.edge(ctx, f, rule, at, +1, st.Length)
	place := fmt.Sprintf("after byte %d", low)
	if low != high {
		place = fmt.Sprintf("after each byte from %d to %d", low, high)
	}
	text := fmt.Sprintf("%s %s of the %d that %s on connection %d", r.Fault.Kind(), place, st.Length, sends(r.Direction), st.Conn)
	var passes []string
	if passesLow {
		passes = append(passes, fmt.Sprint(low-1))
	}
	if passesHigh {
		passes = append(passes, fmt.Sprint(high+1))
	}
	switch len(passes) {
	case 1:
		text += fmt.Sprintf("; not after %s", passes[0])
	case 2:
		text += fmt.Sprintf("; not after %s, nor after %s", passes[0], passes[1])
	}
	return text
}

// edge returns the last offset from at on, in steps of a direction, at which the find is the same, as far as
// doubling and halving tell, and whether it is not at the next.
func (s *search) edge(ctx context.Context, f *Find, rule int, at, step, limit int64) (good int64, passes bool) {
	end, tries, most := s.within(cmp.Or(s.cfg.FindBudget, explainBound)), 0, maxNeighbors
	if f.Breach.isCostly() {
		most = fewNeighbors
	}
	more := func() bool {
		tries++
		return tries <= most && ctx.Err() == nil && time.Now().Before(end)
	}
	good = at
	bad := limit + step // beyond the stream
	for distance := int64(1); good != limit; distance *= 2 {
		next := good + step*distance
		if (next-limit)*step > 0 {
			next = limit
		}
		if !more() {
			return good, false
		}
		if !s.breaksAt(ctx, f, rule, next) {
			bad = next
			break
		}
		good = next
	}
	for (bad-good)*step > 1 {
		if !more() {
			return good, false
		}
		if middle := good + (bad-good)/2; s.breaksAt(ctx, f, rule, middle) {
			good = middle
		} else {
			bad = middle
		}
	}
	return good, bad != limit+step
}

// sends says who sends what goes in a direction.
func sends(d transcript.Direction) string {
	if d == transcript.ToClient {
		return "the server sends"
	}
	return "the client sends"
}

// streamOf returns the healthy stream that a rule is for.
func (s *search) streamOf(r fault.Rule) (st stream, ok bool) {
	if len(r.Conns.Only) != 1 || r.Direction == transcript.Neither {
		return st, false
	}
	for _, st := range s.profile.Streams {
		if st.Conn == r.Conns.Only[0] && st.Direction == r.Direction {
			return st, true
		}
	}
	return st, false
}

// explainSeed tries other seeds.
func (s *search) explainSeed(ctx context.Context, f *Find) string {
	const others = 5
	same := 0
	for n := range uint64(others) {
		p := f.Plan
		p.Seed = f.Plan.Seed + n + 1
		if s.trial(ctx, p).breaks(f.Breach) {
			same++
		}
	}
	if same == others {
		return "the seed does not matter"
	}
	return fmt.Sprintf("the seed matters: %d of %d others give the same", same, others)
}
