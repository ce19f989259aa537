package fault

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// started carries out what is to be done when the server starts, or the plan comes.
func started(g compiled) string {
	var all []string
	for _, step := range g.Start() {
		g.Started(step)
		all = append(all, fmt.Sprintf("%s %v+%v", step.Rule, step.Op, step.Delay))
	}
	return strings.Join(all, ", ")
}

func TestAtStartActsOnce(t *testing.T) {
	for _, m := range []Medium{Streams, Datagrams} {
		g := compile(t, m, 1, AtStart(Down{For: time.Second}), FromClient(Down{For: 1}), AtStart(Down{For: Forever}).Named("for good").Now())
		want := fmt.Sprintf("down.AtStart.1 down+1s, for good down+%v", Forever)
		if got := started(g); got != want {
			t.Errorf("%v: at the start: %q, want %q", m, got, want)
		}
		if got := started(g); got != "" {
			t.Errorf("%v: at another start: %q, want nothing", m, got)
		}
	}
}

func TestAtStartDoesNothingToConnections(t *testing.T) {
	g := compile(t, Streams, 1, AtStart(Down{For: 1}))
	if len(g.Accept(1)) > 0 || g.Stream(1, toClient) != nil || g.Stream(1, fromClient) != nil {
		t.Error("a rule for the server's start acts on a connection")
	}
	p := compile(t, Datagrams, 1, AtStart(Down{For: 1})).Peer(1, fromClient)
	if v := p.Next([]byte("datagram"), 0); len(v.Fired) > 0 || len(v.Outages) > 0 {
		t.Error("a rule for the server's start acts on a datagram")
	}
}

// A rule that comes to a server that has started is passed, unless it is for now. One that stays does
// not act again; one that has gone and comes again does.
func TestAtStartUnderANewPlan(t *testing.T) {
	for _, m := range []Medium{Streams, Datagrams} {
		first, late, now := AtStart(Down{For: 1}).Named("first"), AtStart(Down{For: 2}).Named("late"), AtStart(Down{For: 3}).Named("now").Now()
		g := compile(t, m, 1, first)
		started(g)
		g = replace(t, g, first, late, now)
		if got, want := started(g), "now down+3ns"; got != want {
			t.Errorf("%v: under the second plan: %q, want %q", m, got, want)
		}
		g = replace(t, g, first)
		if got := started(g); got != "" {
			t.Errorf("%v: under the third plan: %q, want nothing", m, got)
		}
		g = replace(t, g, now)
		if got, want := started(g), "now down+3ns"; got != want {
			t.Errorf("%v: when it comes again: %q, want %q", m, got, want)
		}
		want := "rule now: fired once, when it came\n" +
			"rule late (removed): passed: the server had started when the rule came\n" +
			"rule now (removed): fired once, when it came\n" +
			"rule first (removed): fired once, when the server started\n"
		if got := g.Report().String(); got != want {
			t.Errorf("%v: report:\n%s want\n%s", m, got, want)
		}
	}
}

func TestAtStartIsReported(t *testing.T) {
	never, down := AtStart(Down{For: 1}).WithProbability(0), AtStart(Down{For: 1})
	g := compile(t, Streams, 1, down, never, never.MustHit())
	want := "rule down.AtStart.1: not reached: it waits for the server's start; it has not started\n" +
		"rule down.AtStart.2: not reached: it waits for the server's start; it has not started\n" +
		"rule down.AtStart.3: not reached: it waits for the server's start; it has not started\n"
	if got := g.Report().String(); got != want {
		t.Errorf("report before the start:\n%s want\n%s", got, want)
	}
	started(g)
	want = "rule down.AtStart.1: fired once, when the server started\n" +
		"rule down.AtStart.2: armed: reached, but it never hit (the server has started)\n" +
		"rule down.AtStart.3: armed: reached, but it never hit (the server has started)\n"
	if got := g.Report().String(); got != want {
		t.Errorf("report:\n%s want\n%s", got, want)
	}
	if err := g.Report().Verify(); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "down.AtStart.3") {
		t.Errorf("Verify = %v, want the rule that must hit", err)
	}
	g = replace(t, g, AtStart(Down{For: 2}).Named("late"))
	started(g)
	if err := g.Report().Verify(); err == nil || !strings.Contains(err.Error(), "rule late was passed") || !strings.Contains(err.Error(), "with Now") {
		t.Errorf("Verify = %v, want the rule that came too late", err)
	}
}

func TestAtStartByChance(t *testing.T) {
	const n = 20_000
	hits := 0
	for seed := range uint64(n) {
		hits += len(compile(t, Streams, seed, AtStart(Down{For: 1}).WithProbability(.3)).Start())
	}
	wantRate(t, "servers that start down", hits, n, .3)
}
