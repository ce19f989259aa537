package explore

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// tried returns the plans that a search has tried, in words, and in their order.
func tried(s *search) (all []string) {
	for _, p := range s.order {
		all = append(all, textOfRules(p))
	}
	return all
}

// keysOf returns what is known of plans.
func keysOf(plans []fault.Plan) map[string]bool {
	keys := map[string]bool{}
	for _, p := range plans {
		keys[keyOf(p)] = true
	}
	return keys
}

// small is the profile of a client with one question and one answer.
func small() profile { return profileOf(recordOf("tcp", "1>ask\n", "1<answer\n")) }

// redialing is what comes of plans if a client dials again whenever the first connection ends.
func redialing(p fault.Plan) result {
	r := result{Fired: true, Shape: "healthy"}
	for _, rule := range p.Rules {
		switch rule.Fault.(type) {
		case fault.Close, fault.Reset, fault.Exit, fault.Restart:
			r.Shape = "again"
			if rule.Direction == transcript.ToClient && slices.Equal(rule.Conns.Only, []int{1}) {
				r.Fresh = []stream{{Conn: 2, Direction: transcript.ToClient, Length: 7, Steady: 7, Messages: []span{{0, 7}}, Lines: []int64{7}}}
			}
		case fault.Stall:
			r.Shape = "stalled"
		}
	}
	return r
}

// A second fault is tried only where a first one made the client do something new, on that connection.
func TestPairsAreWhereTheClientDidSomethingNew(t *testing.T) {
	s := pretended(small(), redialing)
	first := fault.ToClient(fault.Close{}).OnConn(1)
	for _, r := range []fault.Rule{first, fault.FromClient(fault.Latency{Delay: 1}).OnConn(1)} {
		if _, err := s.attempt(t.Context(), candidate{plan: only(r), wave: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.pairs(t.Context()); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, at := range []string{"", " after 7 bytes"} {
		for _, f := range []string{"close", "reset", "stall (for 1.5s)", "stall"} {
			want = append(want, fmt.Sprintf("close to the client on conn 1; %s to the client%s on conn 2", f, at))
		}
	}
	if got := tried(s)[2:]; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := s.tally.Waves[5]; got.Plans != len(want) {
		t.Errorf("wave 5 has %d plans, want %d", got.Plans, len(want))
	}
}

// What broke the client already has no second fault, and what ended like another comes later.
func TestPairsBeginWithWhatEndedDifferently(t *testing.T) {
	s := pretended(small(), func(p fault.Plan) result {
		r := redialing(p)
		if has(p, is[fault.Exit]) {
			r.Breaches = []Breach{bug}
		}
		return r
	})
	for _, f := range []fault.Fault{fault.Close{}, fault.Reset{}, fault.Exit{}, fault.Stall{}} {
		if _, err := s.attempt(t.Context(), candidate{plan: only(fault.ToClient(f).OnConn(1)), wave: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.pairs(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := tried(s)[4:]
	if len(got) != 16 || got[0] != "close to the client on conn 1; close to the client on conn 2" || got[8] != "reset to the client on conn 1; close to the client on conn 2" {
		t.Errorf("got %q", got)
	}
}

// Where two neighboring places end differently, those between them are halved until they touch.
func TestHalvingsFindTheEdge(t *testing.T) {
	p := profileOf(recordOf("tcp", "1>"+string(make([]byte, 100))))
	edge := int64(37)
	s := pretended(p, func(p fault.Plan) result {
		if len(p.Rules) == 1 && p.Rules[0].After.Bytes >= edge {
			return result{Fired: true, Shape: "beyond"}
		}
		return result{Fired: true, Shape: "before"}
	})
	rule := fault.FromClient(fault.Close{}).OnConn(1)
	wave := []candidate{{plan: only(rule)}, {plan: only(rule.AfterBytes(100))}, {plan: only(rule.AfterBytes(20))}}
	if err := s.tryWaves(t.Context(), [][]candidate{wave}); err != nil {
		t.Fatal(err)
	}
	if err := s.halvings(t.Context()); err != nil {
		t.Fatal(err)
	}
	var offsets []int64
	for _, p := range s.order[3:] {
		offsets = append(offsets, p.Rules[0].After.Bytes)
	}
	if want := []int64{60, 40, 30, 35, 37, 36}; !slices.Equal(offsets, want) {
		t.Errorf("it tried %v, want %v", offsets, want)
	}
	if got := s.tally.Waves[6].Plans; got != 6 {
		t.Errorf("wave 6 has %d plans, want 6", got)
	}
}

// A place at which the fault did not act says nothing, and the next one is held against.
func TestHalvingsLeaveOutWhatDidNotAct(t *testing.T) {
	p := profileOf(recordOf("tcp", "1>"+string(make([]byte, 8))))
	s := pretended(p, func(p fault.Plan) result {
		switch at := p.Rules[0].After.Bytes; {
		case at == 4:
			return result{Shape: "other"}
		case at > 4:
			return result{Fired: true, Shape: "beyond"}
		}
		return result{Fired: true, Shape: "before"}
	})
	rule := fault.FromClient(fault.Close{}).OnConn(1)
	wave := []candidate{{plan: only(rule)}, {plan: only(rule.AfterBytes(4))}, {plan: only(rule.AfterBytes(8))}}
	if err := s.tryWaves(t.Context(), [][]candidate{wave}); err != nil {
		t.Fatal(err)
	}
	if err := s.halvings(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.order) != 3 { // between 0 and 8 is 4, which is known
		t.Errorf("it tried %q", tried(s))
	}
}

func TestEveryByteTriesEachOffset(t *testing.T) {
	s := pretended(small(), func(fault.Plan) result { return result{Fired: true} })
	if err := s.everyByte(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys := keysOf(s.order)
	for _, st := range s.profile.Streams {
		for at := range st.Length {
			for _, f := range s.profile.seconds() {
				if p := only(place{conn: 1, direction: st.Direction, at: at}.rule(f)); !keys[keyOf(p)] {
					t.Errorf("%s was not tried", textOfRules(p))
				}
			}
		}
	}
	if want := 4 * (len("ask\n") + len("answer\n")); len(s.order) != want {
		t.Errorf("%d plans were tried, want %d", len(s.order), want)
	}
}

// What is drawn hangs on the seed alone; what was drawn before is not tried again, and all is valid.
func TestDrawsHangOnTheSeed(t *testing.T) {
	for _, m := range []fault.Medium{fault.Streams, fault.Datagrams} {
		p := small()
		if m == fault.Datagrams {
			p = profileOf(recordOf("udp", "1>a", "1<A", "1>b", "1<B"))
		}
		drawn := func(seed uint64) []string {
			s := pretended(p, func(p fault.Plan) result {
				if err := p.Validate(m); err != nil {
					t.Errorf("%s: %v", textOfRules(p), err)
				}
				if p.Draws() != (p.Seed != 0) {
					t.Errorf("%s has the seed %d", textOfRules(p), p.Seed)
				}
				return result{Fired: true}
			})
			s.medium, s.cfg.Seed, s.cfg.Plans = m, seed, 100
			if err := s.draws(t.Context()); !errors.Is(err, errOver) {
				t.Fatal(err)
			}
			if keys := keysOf(s.order); len(keys) != 100 {
				t.Errorf("%d plans of 100 differ", len(keys))
			}
			return tried(s)
		}
		if !slices.Equal(drawn(7), drawn(7)) {
			t.Errorf("%v: the same seed draws other plans", m)
		}
		if slices.Equal(drawn(7), drawn(8)) {
			t.Errorf("%v: another seed draws the same plans", m)
		}
	}
}

func TestDrawsNeedADialogue(t *testing.T) {
	s := pretended(profile{}, func(fault.Plan) result { return result{Fired: true} })
	if err := s.draws(t.Context()); err != nil || len(s.order) > 0 {
		t.Errorf("%v, %d plans", err, len(s.order))
	}
}

// sharded returns the keys of all plans that come of the record, or a shard's part of them.
func sharded(t *testing.T, p profile, part shard) map[string]bool {
	t.Helper()
	s := pretended(p, func(p fault.Plan) result {
		r := redialing(p)
		if p.Rules[0].After.Bytes > 8 { // so that there is something to halve
			r.Shape += ", late"
		}
		return r
	})
	s.shard = part
	if err := s.derived(t.Context()); err != nil {
		t.Fatal(err)
	}
	return keysOf(s.order)
}

// The union of all shards is the whole search: pairs and halvings, too, which come of what others have shown.
func TestShardsTogetherAreTheWholeSearch(t *testing.T) {
	p := profileOf(recordOf("tcp", "1<hello\n", "1>ask one\n", "1<answer one\n", "2<hello\n", "2>ask two\n", "2<answer\ntwo\n", "3<hello\n", "3>ask one\n", "3<answer one\n"))
	whole := sharded(t, p, shard{})
	if len(whole) < 200 {
		t.Fatalf("the whole search has %d plans", len(whole))
	}
	for _, total := range []int{1, 3, 8} {
		union := map[string]bool{}
		for i := range total {
			part := sharded(t, p, shard{i, total})
			for key := range part {
				if !whole[key] {
					t.Errorf("shard %v tried %s, which is not in the whole", shard{i, total}, key)
				}
				union[key] = true
			}
			if total == 8 && (len(part) < len(whole)/32 || len(part) > len(whole)/3) {
				t.Errorf("shard %v has %d plans of %d", shard{i, total}, len(part), len(whole))
			}
		}
		for key := range whole {
			if !union[key] {
				t.Errorf("none of %d shards tried %s", total, key)
			}
		}
	}
}

// What is drawn is parted, too.
func TestShardsShareTheDraws(t *testing.T) {
	draw := func(part shard, plans int) map[string]bool {
		s := pretended(small(), func(fault.Plan) result { return result{Fired: true} })
		s.shard, s.cfg.Plans = part, plans
		if err := s.draws(t.Context()); !errors.Is(err, errOver) {
			t.Fatal(err)
		}
		return keysOf(s.order)
	}
	whole := draw(shard{}, 2000)
	seen := map[string]bool{}
	for i := range 8 {
		for key := range draw(shard{i, 8}, 100) {
			if !whole[key] || seen[key] {
				t.Errorf("shard %d drew %s: in the whole %t, drawn by another %t", i+1, key, whole[key], seen[key])
			}
			seen[key] = true
		}
	}
}
