package fault

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"pgregory.net/rapid"
)

// among draws an order in which mine stands among others, or only some of them.
func among(t *rapid.T, mine Rule, others []Rule) []Rule {
	rules := []Rule{mine}
	for i, r := range others {
		if coin(t, 4, "leave out") {
			continue
		}
		if r.Name = fmt.Sprintf("other %d", i); coin(t, 2, "after") {
			rules = append(rules, r)
		} else {
			rules = slices.Insert(rules, 0, r)
		}
	}
	return rules
}

// drawingRules have each fault whose draws choose something in a stream, and others by chance.
var drawingRules = []Rule{
	ToClient(Slice{Size: 20, Variation: 19}), ToClient(Corrupt{Rate: .5}), ToClient(Corrupt{Rate: 1}).AfterBytes(700),
	ToClient(Stall{}).WithProbability(.5), ToClient(Slice{Size: 200}).WithProbability(.5).AfterMatch("9"),
	ToClient(Latency{Delay: ms, Jitter: ms}), ToClient(Latency{Delay: ms, Jitter: ms, Distribution: Pareto}),
}

// Other rules do not change what a rule draws for a stream.
func TestDrawsAreNotShiftedByOtherRules(t *testing.T) {
	data := strings.Repeat("0123456789", 600)
	wantEachDrawing(t, Streams, Rule.draws, drawingRules)
	check(t, 300, func(t *rapid.T) {
		mine := rapid.SampledFrom(drawingRules).Draw(t, "mine").Named("mine")
		var others []Rule
		for _, r := range drawStreamRules(t, len(data)) {
			switch f := r.Fault.(type) {
			case pointFault:
				if f.point().Op.Ends() {
					continue // nothing is decided after it
				}
			case Blackhole, Replace:
				continue // it takes bytes away before mine sees them
			case Latency:
				if mine.Fault.Kind() == f.Kind() {
					continue // delays add up
				}
			}
			others = append(others, r)
		}
		seed, conn := rapid.Uint64().Draw(t, "seed"), between(t, 1, 9, "conn")
		plan := Plan{Seed: seed, Rules: among(t, mine, others)}
		if got, want := ownDoings(t, plan, conn, data), ownDoings(t, Plan{Seed: seed, Rules: []Rule{mine}}, conn, data); got != want {
			t.Fatalf("with others:\n%s\nalone:\n%s", got, want)
		}
	})
}

// ownDoings returns where the rule called mine did something.
func ownDoings(t *rapid.T, p Plan, conn int, data string) string {
	g := compilePlan(t, Streams, p)
	s := g.Stream(conn, toClient)
	var b strings.Builder
	delays := slices.ContainsFunc(p.Rules, func(r Rule) bool { return r.Name == "mine" && r.Fault.Kind() == Latency{}.Kind() })
	last := time.Duration(0)
	for _, step := range append(slices.Clone(s.Tick(0)), s.Feed([]byte(data), 0)...) {
		if step.Rule == "mine" {
			fmt.Fprintf(&b, "%v@%d ", step.Op, step.Offset)
		}
		if step.Op == decide.OpPass && delays && step.Delay != last {
			fmt.Fprintf(&b, "+%v@%d ", step.Delay, step.Offset)
			last = step.Delay
		}
	}
	return b.String()
}

// Other rules do not change what a rule draws for datagrams. One that acts before
// it and loses a datagram leaves it nothing to do there, and no more.
func TestDrawsOfDatagramsAreNotShiftedByOtherRules(t *testing.T) {
	missing := func(rate float64) []Rule {
		return []Rule{
			FromClient(Loss{Rate: rate}), FromClient(BurstLoss{P: rate, R: .4}), FromClient(BurstLoss{P: rate, R: .4, Bad: .6, Good: .1}),
			FromClient(Duplicate{Rate: rate}), FromClient(Reorder{Rate: rate}), FromClient(Corrupt{Rate: rate}), FromClient(Loss{Every: 3}),
		}
	}
	wantEachDrawing(t, Datagrams, Rule.mayMiss, missing(.5))
	check(t, 500, func(t *rapid.T) {
		rate := rapid.SampledFrom([]float64{.1, .5}).Draw(t, "rate")
		mine := rapid.SampledFrom(missing(rate)).Draw(t, "mine").Named("mine").AfterDatagrams(int64(between(t, 0, 3, "after")))
		if coin(t, 2, "by chance") {
			mine = mine.WithProbability(.5)
		}
		var others []Rule
		for range between(t, 1, 4, "others") {
			others = append(others, FromClient(drawDatagramFault(t)))
		}
		seed := rapid.Uint64().Draw(t, "seed")
		peer := func(rules []Rule) decide.Peer {
			g := compile(t, Datagrams, seed, rules...)
			return g.Peer(1, fromClient)
		}
		alone, crowd := peer([]Rule{mine}), peer(among(t, mine, others))
		for i := range 80 {
			want := len(alone.Next([]byte("datagram"), 0).Fired) > 0
			v := crowd.Next([]byte("datagram"), 0)
			at := slices.IndexFunc(v.Fired, func(h decide.Hit) bool { return h.Rule == "mine" })
			gone := len(v.Copies) == 0 && at < 0 // another rule lost it, before or after mine
			if !gone && (at >= 0) != want || gone && !lostByAnother(v) {
				t.Fatalf("datagram %d: alone it acts: %v; with others: %+v", i+1, want, v.Fired)
			}
			if at >= 0 && !want {
				t.Fatalf("datagram %d: only with others it acts", i+1)
			}
		}
	})
}

// lostByAnother reports whether a rule that is not mine lost the datagram.
func lostByAnother(v decide.Verdict) bool {
	return slices.ContainsFunc(v.Fired, func(h decide.Hit) bool { return h.Rule != "mine" && (h.Text == "lost" || h.Text == "dropped") })
}

func TestDrawsOfConnectionsAndDirectionsAreApart(t *testing.T) {
	cuts := map[string]string{}
	g := compile(t, Streams, 5, ToClient(Slice{Size: 20, Variation: 19}).Named("a"), FromClient(Slice{Size: 20, Variation: 19}).Named("b"))
	for conn := 1; conn <= 3; conn++ {
		for i, d := range []decide.Stream{g.Stream(conn, fromClient), g.Stream(conn, toClient)} {
			got := steps(d, strings.Repeat("x", 1000), whole)
			where := fmt.Sprintf("conn %d, direction %d", conn, i+1)
			if other, same := cuts[got]; same {
				t.Errorf("%s and %s got the same cuts", where, other)
			}
			cuts[got] = where
		}
	}
}
