package fault

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
	"pgregory.net/rapid"
)

// replace makes the program that takes over from g.
func replace(t fatal, g compiled, rules ...Rule) compiled {
	t.Helper()
	next, err := g.Replace(Plan{Seed: 999, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	return compiled{next, next.Program()}
}

// fed returns what steps hand on, and where they do something else.
func fed(s decide.Stream, steps []decide.Step) string {
	tr := &trace{}
	tr.add(s, steps)
	return strings.Join(tr.wire, "; ")
}

// A rule that stays goes on with its draws and its count, whatever comes and goes
// around it.
func TestReplanKeepsARuleThatStays(t *testing.T) {
	mine := ToClient(Slice{Size: 20, Variation: 19}).Named("mine").Times(40)
	cuts := func(change bool) (offsets []int64, count int64) {
		g := compile(t, Streams, 5, ToClient(Corrupt{Rate: 1}), mine)
		s := g.Stream(1, toClient)
		for i := range 2 {
			if change && i == 1 {
				g = replace(t, g, mine, ToClient(Bandwidth{BytesPerSecond: 1 << 40}))
				s.Adopt(g.Program, 0)
			}
			for _, step := range s.Feed(make([]byte, 505), 0) {
				s.Done(step)
				if step.Op == decide.OpCut {
					offsets = append(offsets, step.Offset)
				}
			}
		}
		for _, o := range g.Report().Rules {
			if o.Key == "mine" {
				count = o.Count
			}
		}
		return offsets, count
	}
	want, _ := cuts(false)
	got, counted := cuts(true)
	if !slices.Equal(got, want) || len(got) != 40 || counted != 40 {
		t.Errorf("%d cuts at %v, want 40 at %v; the report counts %d", len(got), got, want, counted)
	}
}

func TestReplanRuleThatComesLateIsOpenOrPassed(t *testing.T) {
	for _, tt := range []struct {
		rule  Rule
		want  string
		state State
	}{
		{ToClient(Close{}).AfterBytes(3), "pass +0s in 0 buckets: efgh", Passed},
		{ToClient(Close{}), "pass +0s in 0 buckets: efgh", Passed},
		{ToClient(Close{}).AfterBytes(4), "close@4+0s late ", Fired},
		{ToClient(Reset{}).AfterBytes(4), "reset@4+0s late ", Fired},
		{ToClient(HalfClose{}).AfterBytes(4), "half-close@4+0s late ", Fired},
		{ToClient(Stall{For: 1}).AfterBytes(4), "stall@4+1ns late ; pass +0s in 0 buckets: efgh", Fired},
		{ToClient(Hold{Gate: "g"}).AfterBytes(4), "hold@4+0s late g; pass +0s in 0 buckets: efgh", Fired},
		{ToClient(Close{}).AfterTime(1), "close@4+0s late ", Fired},
		{ToClient(Stall{}), "pass +0s in 0 buckets: efgh", Passed},
		{ToClient(Close{}).AfterBytes(6), "pass +0s in 0 buckets: ef; close@6+0s late ", Fired},
		{ToClient(Close{}).AfterMatch("f"), "pass +0s in 0 buckets: ef; close@6+0s late ", Fired},
		{ToClient(Blackhole{}), "drop by late: xxxx", Fired},
		{ToClient(Blackhole{}).ForBytes(6), "drop by late: xx; pass +0s in 0 buckets: gh", Fired},
		{ToClient(Blackhole{}).AfterBytes(1).ForBytes(6), "drop by late: xxx; pass +0s in 0 buckets: h", Fired},
		{ToClient(Blackhole{}).AfterBytes(1).ForBytes(3), "pass +0s in 0 buckets: efgh", Passed},
	} {
		for _, fresh := range []bool{true, false} {
			g := compile(t, Streams, 1, ToClient(Stall{For: 1}).AfterBytes(99).Named("early"))
			s := g.Stream(1, toClient)
			fed(s, s.Feed([]byte("abcd"), 0))
			g = replace(t, g, tt.rule.Named("late"))
			tr := &trace{}
			if fresh { // a direction that had no rules
				s = g.StreamAt(1, toClient, 4, 0)
				tr.add(s, s.Tick(time.Second))
			} else {
				tr.add(s, s.Adopt(g.Program, time.Second))
			}
			// What is for this very offset does not wait for a byte.
			if early := len(tr.wire) > 0; early != strings.Contains(tt.want, "@4") {
				t.Errorf("%+v: acted before the next byte: %v", tt.rule, early)
			}
			tr.add(s, s.Feed([]byte("efgh"), time.Second))
			if got := strings.Join(tr.wire, "; "); got != tt.want {
				t.Errorf("%+v: %q, want %q", tt.rule, got, tt.want)
			}
			r := g.Report()
			if got := r.Rules[0]; got.Key != "late" || got.State != tt.state {
				t.Errorf("%+v: %v, want %v", tt.rule, got.State, tt.state)
			}
			if err := r.Verify(); (err != nil) != (tt.state != Fired) {
				t.Errorf("%+v: Verify = %v", tt.rule, err)
			}
		}
	}
}

// What a transform kept back goes the way of all bytes before the change.
func TestReplanRemovedTransformHandsOnWhatItKept(t *testing.T) {
	slow := ToClient(Latency{Delay: time.Second})
	last := ToClient(Replace{Old: "b", New: "!"})
	g := compile(t, Streams, 1, ToClient(Replace{Old: "abc", New: "x"}), slow, last)
	s := g.Stream(1, toClient)
	s.Feed([]byte("xab"), 0)
	if got, want := fed(s, s.Adopt(replace(t, g, last.Named("last")).Program, 0)), "pass +1s in 0 buckets: a!"; got != want {
		t.Errorf("Adopt: %q, want %q", got, want)
	}
	if got, want := fed(s, s.Feed([]byte("c"), 0)), "pass +0s in 0 buckets: c"; got != want {
		t.Errorf("after the change: %q, want %q", got, want)
	}
}

func TestReplanPeerFollowsTheNextProgram(t *testing.T) {
	nth := FromClient(Loss{Every: 3}).Named("stays")
	g := compile(t, Datagrams, 1, nth, FromClient(Loss{Nth: 2}))
	p, got := g.Peer(1, fromClient), ""
	for i := range 8 {
		if i == 4 {
			g = replace(t, g, FromClient(Loss{Nth: 5}).Named("new"), nth, FromClient(Blackhole{}).ForDatagrams(4).Named("behind"))
			p.Adopt(g.Program)
		}
		got += string(rune('0' + len(carried(p, "").Copies)))
	}
	if got != "10010011" { // 2 by the old plan, 3 and 6 by the rule that stays, 5 by the new one
		t.Errorf("fates = %s", got)
	}
	want := "rule new: fired on 1 of 4 datagrams, on peer 1, datagram 5\n" +
		"rule stays: fired on 2 of 8 datagrams, first on peer 1, datagram 3\n" +
		"rule behind: passed: the peer was past its datagrams when the rule came\n" +
		"rule loss.FromClient.1 (removed): fired on 1 of 4 datagrams, on peer 1, datagram 2\n"
	if got := g.Report().String(); got != want {
		t.Errorf("report:\n%s want\n%s", got, want)
	}
	if last := replace(t, g).Report(); len(last.Rules) != 4 || last.Conns != 1 || last.Rules[0].Key != "loss.FromClient.1" {
		t.Errorf("after a third plan, without rules: %+v, want the four that were removed", last)
	}
}

func TestReplanChecksThePlanAndKeepsTheSeed(t *testing.T) {
	g := compile(t, Streams, 7)
	if _, err := g.Replace(Plan{Rules: []Rule{ToClient(Loss{Rate: 1})}}); err == nil {
		t.Error("a plan that makes no sense took over")
	}
	if next := replace(t, g, ToClient(Reset{})); next.Plan().Seed != 7 {
		t.Errorf("Seed = %d, want the first plan's", next.Plan().Seed)
	}
}

// A rule that comes live acts on the peer's next datagram as the same plan does that was there from
// the start, wherever the peer stands: before its offset, at it, or in its window. Only what
// it has done before, for Times, it has not.
func TestReplanRuleOfDatagramsActsAsFromTheStart(t *testing.T) {
	check(t, 500, func(rt *rapid.T) {
		stands := between(rt, 0, 8, "stands")
		var rules []Rule
		for range between(rt, 1, 4, "rules") {
			r := FromClient(drawDatagramFault(rt))
			if coin(rt, 2, "at the very number") {
				r = r.AfterDatagrams(int64(stands))
			} else {
				r = r.AfterDatagrams(int64(between(rt, 0, 12, "after")))
			}
			if _, once := r.Fault.(pointFault); !once && coin(rt, 3, "for datagrams") {
				r = r.ForDatagrams(int64(between(rt, 1, 12, "window")))
			}
			if coin(rt, 4, "by chance") {
				r = r.WithProbability(.5)
			}
			rules = append(rules, r)
		}
		first := compile(t, Datagrams, 9, rules...).Peer(1, fromClient)
		bare := compile(t, Datagrams, 9)
		late := bare.Peer(1, fromClient)
		for n := range stands {
			first.Next([]byte("datagram"), 0)
			if n%2 == 0 {
				late.Skip(1)
			} else {
				late.Next([]byte("datagram"), 0)
			}
		}
		late.Adopt(replace(t, bare, rules...).Program)
		for range 20 {
			want, got := first.Next([]byte("datagram"), 0), late.Next([]byte("datagram"), 0)
			want.Buckets, got.Buckets = nil, nil // which have passed other bytes
			for _, v := range []decide.Verdict{want, got} {
				for i := range v.Fired {
					v.Fired[i].Account = nil // another program's
				}
				for i := range v.Outages {
					v.Outages[i].Account = nil
				}
			}
			if !reflect.DeepEqual(got, want) {
				rt.Fatalf("%+v, after %d datagrams: %+v, and from the start %+v", rules, stands, got, want)
			}
		}
	})
}

// A rule that came when there was nothing more to come says so, and not that there never was
// anything.
func TestReplanRuleSaysThatNothingCameSince(t *testing.T) {
	g := compile(t, Datagrams, 1)
	p := g.Peer(1, fromClient)
	p.Next([]byte("one"), 0)
	g = replace(t, g, FromClient(Loss{Nth: 1}).AfterDatagrams(1))
	want := "none of its peers sent anything in that direction since the rule came (1 peer)"
	if err := g.Report().Verify(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Verify = %v, want %q", err, want)
	}
}
