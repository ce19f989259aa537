package fault

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// A rule that comes for now acts as the same rule does that was there from the start, for the
// offset at which the stream stands.
func TestNowIsWhereAStreamStands(t *testing.T) {
	check(t, 1000, func(t *rapid.T) {
		data := drawData(t)
		stands := between(t, 0, min(len(data), 50), "stands")
		r := drawStreamRule(t, len(data)).Named("it")
		if r.After = (Trigger{}); isPoint(r.Fault) {
			r.Limit = min(r.Limit, 1) // more takes a match
		}

		g := compile(t, Streams, 3, r.AfterBytes(int64(stands)))
		want := &trace{}
		s := g.Stream(1, toClient)
		want.add(s, s.Tick(0))
		want.add(s, s.Feed([]byte(data[:stands]), 0))
		want.add(s, s.Feed([]byte(data[stands:]), 0))
		want.add(s, s.Finish(0))

		other := ToClient(Slice{Size: 1}).AfterBytes(1 << 40).Named("other")
		bare := compile(t, Streams, 3, other)
		late := bare.Stream(1, toClient)
		got := &trace{}
		got.add(late, late.Feed([]byte(data[:stands]), 0))
		next := replace(t, bare, other, r.Now())
		if coin(t, 2, "has no rules before") {
			late = next.StreamAt(1, toClient, int64(stands), 0)
			got.add(late, late.Tick(0))
		} else {
			got.add(late, late.Adopt(next.Program, 0))
		}
		got.add(late, late.Feed([]byte(data[stands:]), 0))
		got.add(late, late.Finish(0))
		if got.String() != want.String() {
			t.Fatalf("%+v, after %d bytes:\n%v\nwant\n%v", r, stands, got, want)
		}
	})
}

func TestNowIsAPeersNextDatagram(t *testing.T) {
	check(t, 500, func(t *rapid.T) {
		stands := int64(between(t, 0, 8, "stands"))
		r := FromClient(drawDatagramFault(t)).Named("it")
		after := stands
		if _, once := r.Fault.(pointFault); once {
			after++ // it acts with the last of those
		} else if coin(t, 2, "for datagrams") {
			r = r.ForDatagrams(int64(between(t, 1, 12, "window")))
		}
		first := compile(t, Datagrams, 9, r.AfterDatagrams(after)).Peer(1, fromClient)
		bare := compile(t, Datagrams, 9)
		late := bare.Peer(1, fromClient)
		for range stands {
			first.Next([]byte("datagram"), 0)
			late.Skip(1)
		}
		late.Adopt(replace(t, bare, r.Now()).Program)
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
				t.Fatalf("%+v, after %d datagrams: %+v, want %+v", r, stands, got, want)
			}
		}
	})
}

// A rule for now can't be passed. Its account is one rule's until it is taken out.
func TestNowBeginsOnceForEachTimeThatItComes(t *testing.T) {
	cut := ToClient(Stall{}).Now()
	g := compile(t, Streams, 1)
	g = replace(t, g, cut)
	s := g.StreamAt(1, toClient, 4, 0)
	wire := fed(s, s.Tick(0))
	step := func(rules ...Rule) {
		g = replace(t, g, rules...)
		wire += "; " + fed(s, s.Adopt(g.Program, 0)) + "; " + fed(s, s.Feed([]byte("ab"), 0))
	}
	step(cut, ToClient(Latency{Delay: ms})) // it goes on
	step(ToClient(Latency{Delay: ms}))      // healed
	step(cut)                               // and down again
	want := "stall@4+0s stall.ToClient.1 ; ; pass +1ms in 0 buckets: ab; ; pass +1ms in 0 buckets: ab; stall@8+0s stall.ToClient.1 ; pass +0s in 0 buckets: ab"
	if wire != want {
		t.Errorf("the wire: %s\nwant      %s", wire, want)
	}
	if later := g.Stream(2, toClient); fed(later, later.Tick(0)) != "stall@0+0s stall.ToClient.1 " {
		t.Error("a later connection is not stopped at its beginning")
	}
	report := "rule stall.ToClient.1: fired 2 times, first on conn 1 at byte 8; 2 bytes came after it\n" +
		"rule stall.ToClient.1 (removed): fired once, on conn 1 at byte 4; 6 bytes came after it\n" +
		"rule latency.ToClient.1 (removed): fired once, on conn 1 at byte 4\n"
	if got := g.Report().String(); got != report {
		t.Errorf("report:\n%s want\n%s", got, report)
	}
}

func TestNowIsNotReachedWhereAStreamHasEnded(t *testing.T) {
	g := compile(t, Streams, 1, ToClient(Latency{Delay: ms}))
	s := g.Stream(1, toClient)
	fed(s, s.Feed([]byte("abc"), 0))
	fed(s, s.Finish(0))
	g = replace(t, g, ToClient(Reset{}).Now())
	if wire := fed(s, s.Adopt(g.Program, 0)); wire != "" {
		t.Errorf("it did %s", wire)
	}
	want := "not reached: it waits for the next byte ToClient; conn 1 got to byte 3"
	if got := fmt.Sprint(g.Report().Verify()); !strings.Contains(got, want) {
		t.Errorf("Verify = %s, want %q", got, want)
	}
}
