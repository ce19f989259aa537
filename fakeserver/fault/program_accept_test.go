package fault

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// accepted carries out what is to be done when a connection is accepted.
func accepted(g compiled, conn int) string {
	var all []string
	for _, step := range g.Accept(conn) {
		g.Accepted(conn, step)
		all = append(all, fmt.Sprintf("%v+%v", step.Op, step.Delay))
	}
	return strings.Join(all, " ")
}

func TestOnAcceptWaitsAndThenEndsOnce(t *testing.T) {
	second := Stall{For: time.Second}
	for _, tt := range []struct {
		rules []Rule
		want  string
	}{
		{[]Rule{OnAccept(Reset{})}, "reset+0s"},
		{[]Rule{OnAccept(Close{}), OnAccept(Reset{})}, "close+0s"},
		{[]Rule{OnAccept(Reset{}), OnAccept(second)}, "stall+1s reset+0s"},
		{[]Rule{OnAccept(Stall{})}, "stall+0s"},
		{[]Rule{OnAccept(Reset{}).OnConn(2)}, ""},
		{[]Rule{OnAccept(Reset{}).OnConn(2, 1)}, "reset+0s"},
		{[]Rule{OnAccept(Reset{}).FromConn(2)}, ""},
		{[]Rule{OnAccept(Reset{}).FromConn(1)}, "reset+0s"},
		{[]Rule{OnAccept(Reset{}).WithProbability(0)}, ""},
		{[]Rule{OnAccept(Reset{}).WithProbability(1)}, "reset+0s"},
		{[]Rule{ToClient(Reset{}), FromClient(Reset{})}, ""},
	} {
		if got := accepted(compile(t, Streams, 1, tt.rules...), 1); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.rules, got, tt.want)
		}
	}
}

func TestOnAcceptDoesNothingToTheStream(t *testing.T) {
	g := compile(t, Streams, 1, OnAccept(Reset{}))
	if g.Stream(1, toClient) != nil || g.Stream(1, fromClient) != nil {
		t.Error("a rule on accept got a stream")
	}
}

func TestOnAcceptIsReported(t *testing.T) {
	g := compile(t, Streams, 1, OnAccept(Close{}).FromConn(2), OnAccept(Reset{}).OnConn(3).MustHit(), OnAccept(Reset{}).OnConn(9))
	for conn := range 4 {
		accepted(g, conn+1)
	}
	want := "rule close.OnAccept.1: fired 3 times, first when conn 2 was accepted\n" +
		"rule reset.OnAccept.1: armed: reached, but it never hit (conn 3 got to byte 0)\n" + // conn 3 was closed
		"rule reset.OnAccept.2: not reached: it waits for conn 9; none of its connections came (4 accepted)\n"
	if got := g.Report().String(); got != want {
		t.Errorf("report:\n%s want\n%s", got, want)
	}
	if err := g.Report().Verify(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("Verify = %v, want the two that did not fire", err)
	}
}

func TestOnAcceptByChance(t *testing.T) {
	const n = 20_000
	for _, p := range []float64{.1, .5} {
		g := compile(t, Streams, 8, OnAccept(Reset{}).WithProbability(p))
		hits := 0
		for conn := range n {
			hits += len(g.Accept(conn + 1))
		}
		wantRate(t, "connections reset", hits, n, p)
	}
}
