package explore

import (
	"context"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// askingAgain asks a question, and again on another connection if that fails.
func askingAgain(_ context.Context, w *Wire) error {
	c := right
	c.dial = w.DialContext
	w.Do("ask", func(ctx context.Context) (any, error) {
		answer, err := c.Ask(ctx, "figs")
		if err != nil {
			return c.Ask(ctx, "figs")
		}
		return answer, nil
	})
	return nil
}

// derivedBy returns a search of a body in memory that has tried what comes of the record, or a shard's part of that.
func derivedBy(t *testing.T, part shard, body Body) *search {
	t.Helper()
	cfg, err := Config{Suite: t, Plans: 1 << 20, All: true}.complete()
	if err != nil {
		t.Fatal(err)
	}
	x := newLocal(cfg, fault.Streams, body)
	s := newSearch(cfg, fault.Streams, x)
	if s.profile, err = x.rehearse(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.profile.measured(x.measure(t.Context()))
	s.shard, s.abreast, s.end = part, 1, s.within(DefaultBudget*100)
	if err := s.derived(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// The union of all shards is the whole search, with trials that are run: pairs and halvings, too, which come of how they end.
func TestShardsOfASearchAreTheWhole(t *testing.T) {
	setEnv(t)
	whole := derivedBy(t, shard{}, askingAgain)
	keys := keysOf(whole.order)
	if n := whole.tally.Waves[5].Plans; n < 20 {
		t.Errorf("there are %d pairs", n)
	}
	if n := halvedBy(whole); n == 0 {
		t.Error("nothing was halved")
	}
	union := map[string]bool{}
	for i := range 8 {
		part := derivedBy(t, shard{i, 8}, askingAgain)
		for _, p := range part.order {
			key := keyOf(p)
			if !keys[key] {
				t.Errorf("shard %v tried %s, which is not in the whole", part.shard, key)
			}
			if union[key] {
				t.Errorf("shard %v tried %s, and so did another", part.shard, key)
			}
			union[key] = true
		}
	}
	for key := range keys {
		if !union[key] {
			t.Errorf("none of 8 shards tried %s", key)
		}
	}
}

// halvedBy returns how many plans a search has come to by halving alone.
func halvedBy(s *search) (n int) {
	others := keysOf(s.planned)
	for _, st := range s.profile.Streams {
		for at := range st.Length {
			for _, c := range s.profile.seconds().at(place{conn: st.Conn, direction: st.Direction, at: at}, 6) {
				others[keyOf(c.plan)] = true
			}
		}
	}
	for _, p := range s.order {
		if len(p.Rules) == 1 && !others[keyOf(p)] {
			n++
		}
	}
	return n
}
