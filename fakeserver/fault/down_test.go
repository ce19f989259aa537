package fault

import (
	"testing"
	"time"
)

func TestDownStopsNothing(t *testing.T) {
	wantSteps(t, "abcdef", "abc down@3+1s def", ToClient(Down{For: time.Second}).AfterBytes(3))
	g := compile(t, Streams, 1, ToClient(Down{For: time.Second}).AfterBytes(3))
	s := g.Stream(1, toClient)
	for _, step := range s.Feed([]byte("abcdef"), 0) {
		s.Done(step)
	}
	if o := g.Report().Rules[0]; o.State != Fired || o.Following != 0 {
		t.Errorf("the report says %+v, want that it fired, and stopped nothing", o)
	}
}

func TestDownRefusesNonsense(t *testing.T) {
	for _, m := range []Medium{Streams, Datagrams} {
		wantInvalid(t, m, ToClient(Down{}), "for good is fault.Forever")
		wantInvalid(t, m, ToClient(Down{For: -1}), "For is -1ns")
		wantInvalid(t, m, ToClient(Down{For: 1}).ForTime(1), "acts once")
		wantInvalid(t, m, ToClient(Down{For: 1}).Times(2), "acts once")
	}
	wantInvalid(t, Datagrams, OnAccept(Down{For: 1}), "OnAccept is for streams")
}

// An outage of datagrams begins with the last of those after which it is to come, and once.
func TestOutageOfDatagramsBeginsOnce(t *testing.T) {
	for after, want := range []int64{1, 1, 2, 3} {
		g := compile(t, Datagrams, 1, ToClient(Down{For: 1}).AfterDatagrams(int64(after)))
		p := g.Peer(1, toClient)
		for range 5 {
			v := p.Next([]byte("datagram"), 0)
			if acts := len(v.Outages) == 1; acts != (v.Number == want) {
				t.Errorf("after %d: datagram %d begins %d outages", after, v.Number, len(v.Outages))
			}
		}
	}
}

// An outage lasts for as long as its rule is in the plan.
func TestProgramHasTheRuleOfAnOutage(t *testing.T) {
	rule := ToClient(Down{For: 1}).Named("it")
	g := compile(t, Datagrams, 1, rule)
	account := g.Peer(1, toClient).Next(nil, 0).Outages[0].Account
	if !g.HasRule(account) {
		t.Error("the plan does not know its own rule")
	}
	if g = replace(t, g, rule, FromClient(Loss{Nth: 1})); !g.HasRule(account) {
		t.Error("a plan that has kept the rule does not know it")
	}
	if g = replace(t, g, ToClient(Down{For: 2}).Named("it")); g.HasRule(account) {
		t.Error("a plan with another rule of that name knows it")
	}
}
