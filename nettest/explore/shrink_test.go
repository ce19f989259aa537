package explore

import (
	"slices"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// answersOf returns the profile of a client that has three answers of ten bytes.
func answersOf() profile {
	return profileOf(recordOf("tcp",
		"1>get a\n", "1<apples: 7\n"[:12], "1>get b\n", "1<brooms: 8\n"[:12], "1>get c\n", "1<crumbs: 9\n"[:12]))
}

// has reports whether a rule of a plan meets a condition.
func has(p fault.Plan, condition func(fault.Rule) bool) bool {
	return slices.ContainsFunc(p.Rules, condition)
}

// is reports whether a rule's fault is of a type.
func is[F fault.Fault](r fault.Rule) bool {
	_, ok := r.Fault.(F)
	return ok
}

// A shrinkCase is a plan, what it hangs on, and what is left of it.
type shrinkCase struct {
	name   string
	plan   fault.Plan
	broken func(fault.Plan) bool
	want   string
}

// closes adds to a condition that all faults are Closes.
func closes(condition func(fault.Plan) bool) func(fault.Plan) bool {
	return func(p fault.Plan) bool {
		return !has(p, func(r fault.Rule) bool { return !is[fault.Close](r) }) && condition(p)
	}
}

// chance returns a rule that draws.
func chance(r fault.Rule) fault.Rule { return r.WithProbability(.5) }

var shrinkCases = []shrinkCase{
	{"a rule that is not needed is dropped", fault.Plan{Rules: []fault.Rule{
		fault.FromClient(fault.Latency{Delay: time.Second}), fault.ToClient(fault.Reset{}).OnConn(1), fault.ToClient(fault.Stall{}).OnConn(2),
	}}, func(p fault.Plan) bool { return has(p, is[fault.Reset]) }, "reset to the client on conn 1"},
	{"rules that are both needed stay", fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Close{}).OnConn(1), fault.ToClient(fault.Close{}).OnConn(2),
	}}, closes(func(p fault.Plan) bool { return len(p.Rules) == 2 && p.Rules[1].Conns.Only[0] == 2 }),
		"close to the client on conn 1; close to the client on conn 2"},
	{"chance becomes certainty", fault.Plan{Seed: 7, Rules: []fault.Rule{chance(fault.ToClient(fault.Close{}).OnConn(1))}},
		closes(func(fault.Plan) bool { return true }), "close to the client on conn 1"},
	{"chance that is needed stays", fault.Plan{Seed: 7, Rules: []fault.Rule{chance(fault.ToClient(fault.Close{}).OnConn(1))}},
		closes(func(p fault.Plan) bool { return p.Seed == 7 && p.Rules[0].Probability != nil }), "close to the client on conn 1 with probability 0.5"},
	{"a connection of a smaller number", only(fault.ToClient(fault.Close{}).OnConn(4)),
		closes(func(p fault.Plan) bool { return p.Rules[0].Conns.Only[0] >= 2 }), "close to the client on conn 2"},
	{"the weakest fault that breaks it", only(fault.ToClient(fault.Blackhole{}).OnConn(1)),
		func(p fault.Plan) bool { return has(p, is[fault.Stall]) || has(p, is[fault.Blackhole]) }, "stall (for 1ms) to the client on conn 1"},
	{"a weaker fault is run, and not assumed", only(fault.ToClient(fault.Stall{}).OnConn(1)),
		func(p fault.Plan) bool { return has(p, is[fault.Reset]) || has(p, is[fault.Stall]) }, "reset to the client on conn 1"},
	{"to the beginning", only(fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(17)),
		closes(func(fault.Plan) bool { return true }), "close to the client on conn 1"},
	{"to a boundary", only(fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(17)),
		closes(func(p fault.Plan) bool { return p.Rules[0].After.Bytes >= 10 }), "close to the client after 10 bytes on conn 1"},
	{"by halving", only(fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(19)),
		closes(func(p fault.Plan) bool { return p.Rules[0].After.Bytes >= 13 && p.Rules[0].After.Bytes < 20 }), "close to the client after 13 bytes on conn 1"},
	{"by halving, on a connection that is not on the healthy wire", only(fault.ToClient(fault.Close{}).OnConn(2).AfterBytes(19)),
		closes(func(p fault.Plan) bool { return p.Rules[0].Conns.Only[0] == 2 && p.Rules[0].After.Bytes >= 6 }), "close to the client after 6 bytes on conn 2"},
	{"a place after a write stays", only(fault.ToClient(fault.Close{}).OnConn(1).AfterWrites(2)),
		closes(func(p fault.Plan) bool { return p.Rules[0].After.Writes == 2 }), "close to the client after 2 writes on conn 1"},
	{"a time that does not matter is a millisecond", only(fault.ToClient(fault.Stall{For: 10 * time.Second}).OnConn(1)),
		func(p fault.Plan) bool { return has(p, is[fault.Stall]) }, "stall (for 1ms) to the client on conn 1"},
	{"a time is shortened by halving", only(fault.ToClient(fault.Stall{For: 1024 * time.Millisecond}).OnConn(1)),
		func(p fault.Plan) bool {
			stall, ok := p.Rules[0].Fault.(fault.Stall)
			return ok && stall.For >= 500*time.Millisecond
		}, "stall (for 513ms) to the client on conn 1"},
	{"of datagrams", only(fault.ToClient(fault.Loss{Rate: 1}).OnConn(1).AfterDatagrams(1).ForDatagrams(1)),
		func(p fault.Plan) bool { return has(p, is[fault.Loss]) }, "loss (rate 1) to the client after 1 datagram for 1 datagram on peer 1"},
}

func TestShrink(t *testing.T) {
	for _, test := range shrinkCases {
		t.Run(test.name, func(t *testing.T) {
			times := map[string]int{}
			s := pretended(answersOf(), func(p fault.Plan) result {
				times[keyOf(p)]++
				return breaksIf(test.broken)(p)
			})
			if test.plan.Rules[0].After.Datagrams > 0 {
				s.medium = fault.Datagrams
			}
			f := &Find{Plan: test.plan, Breach: bug}
			s.shrink(t.Context(), f)
			if got := textOfRules(f.Plan); got != test.want {
				t.Errorf("%s is shrunk to %s, want %s", textOfRules(test.plan), got, test.want)
			}
			if !f.Plan.Draws() && f.Plan.Seed != 0 {
				t.Errorf("the seed %d is left, and nothing draws", f.Plan.Seed)
			}
			trials := 0
			for key, n := range times {
				trials += n
				if n > 2 { // the second time, to see whether it breaks the client as surely
					t.Errorf("%s was tried %d times", key, n)
				}
			}
			if trials != f.Shrinks {
				t.Errorf("there were %d trials, and the find says %d", trials, f.Shrinks)
			}
		})
	}
}

// Of a plan that breaks the client each time, none is the smaller one that does so now and then.
func TestShrinkKeepsWhatBreaksEachTime(t *testing.T) {
	for _, always := range []bool{true, false} {
		closes, runs := 0, 0
		s := pretended(answersOf(), func(p fault.Plan) result {
			broken := has(p, is[fault.Reset])
			if broken && !always {
				runs++
				broken = runs%2 == 1
			}
			if has(p, is[fault.Close]) {
				closes++
				broken = closes%2 == 1
			}
			return breaksIf(func(fault.Plan) bool { return broken })(p)
		})
		f := &Find{Plan: only(fault.ToClient(fault.Reset{}).OnConn(1)), Breach: bug}
		s.shrink(t.Context(), f)
		if got := is[fault.Reset](f.Plan.Rules[0]); got != always {
			t.Errorf("of one that breaks it each time, %t, %s is left", always, textOfRules(f.Plan))
		}
	}
}

// What breaks the client in another way, or has not acted, is no smaller find.
func TestShrinkKeepsToTheSameBug(t *testing.T) {
	reset := only(fault.ToClient(fault.Reset{}).OnConn(1).AfterBytes(17))
	for name, other := range map[string]result{
		"another oracle":             {Fired: true, Breaches: []Breach{{Oracle: Panics, Kind: bug.Kind}}},
		"another kind":               {Fired: true, Breaches: []Breach{{Oracle: bug.Oracle, Kind: "the body after ask"}}},
		"a rule that did not act":    {Fired: false, Breaches: []Breach{bug}},
		"a plan that is refused":     {Refused: "not here"},
		"a trial that did not end":   {Lost: "after 10s"},
		"no breach, and another end": {Fired: true, Shape: "other"},
	} {
		s := pretended(answersOf(), func(p fault.Plan) result {
			if keyOf(p) == keyOf(reset) {
				return result{Fired: true, Breaches: []Breach{bug}}
			}
			return other
		})
		f := &Find{Plan: reset, Breach: bug}
		s.shrink(t.Context(), f)
		if keyOf(f.Plan) != keyOf(reset) {
			t.Errorf("%s: %s was taken for the same bug", name, textOfRules(f.Plan))
		}
		if f.Shrinks == 0 {
			t.Errorf("%s: nothing was tried", name)
		}
	}
}

// A plan that the medium can't carry out is not tried at all.
func TestShrinkTriesNoNonsense(t *testing.T) {
	s := pretended(answersOf(), func(p fault.Plan) result {
		if err := p.Validate(fault.Streams); err != nil {
			t.Errorf("%s was tried: %v", textOfRules(p), err)
		}
		return result{Fired: true, Breaches: []Breach{bug}}
	})
	s.shrink(t.Context(), &Find{Plan: only(fault.OnAccept(fault.Stall{}).OnConn(2)), Breach: bug})
}

// A request in pieces is the server's business: no find is made weaker that way.
func TestShrinkDoesNotCutRequestsInstead(t *testing.T) {
	s := pretended(answersOf(), breaksIf(func(p fault.Plan) bool { return !has(p, is[fault.Latency]) }))
	f := &Find{Plan: only(fault.FromClient(fault.Reset{}).OnConn(1)), Breach: bug}
	s.shrink(t.Context(), f)
	if cutsRequests(f.Plan) {
		t.Errorf("it was shrunk to %s", textOfRules(f.Plan))
	}
}

func TestShrinkIsBounded(t *testing.T) {
	plan := fault.Plan{Seed: 7}
	for n := range 10 {
		plan.Rules = append(plan.Rules, chance(fault.Rule{Fault: fault.Stall{For: time.Hour}, Direction: transcript.ToClient}.OnConn(10+n).AfterBytes(1<<30)))
	}
	tries := 0
	s := pretended(answersOf(), func(fault.Plan) result { tries++; return result{Fired: true} })
	f := &Find{Plan: plan, Breach: bug}
	s.shrink(t.Context(), f)
	if tries != maxShrinks || f.Shrinks != maxShrinks {
		t.Errorf("%d trials were made, and the find says %d, want %d", tries, f.Shrinks, maxShrinks)
	}
	s.end = time.Now() // that of the search does not count: a find at its end is shrunk, too
	tries = 0
	s.tried = map[string]result{}
	s.shrink(t.Context(), &Find{Plan: plan, Breach: bug})
	if tries == 0 {
		t.Error("a find at the end of the search is not shrunk")
	}
}
