package fault

import (
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// Each fault of datagrams is counted when what it decided was carried out, and not when it was
// decided: with the first copy of the datagram, with the first that it added, or at once if it
// loses the datagram.
func TestPeerCountsARuleWhenItsHitIsDone(t *testing.T) {
	twice := FromClient(Duplicate{Rate: 1})
	for _, tt := range []struct {
		why   string
		rules []Rule
		want  []int // the Copy of each hit
	}{
		{"lost", []Rule{FromClient(Loss{Nth: 1})}, []int{0}},
		{"lost in a burst", []Rule{FromClient(BurstLoss{P: 1, R: 1})}, []int{0}},
		{"dropped", []Rule{FromClient(Blackhole{})}, []int{0}},
		{"late", []Rule{FromClient(Latency{Delay: ms})}, []int{1}},
		{"in its turn", []Rule{FromClient(Bandwidth{BytesPerSecond: 1})}, []int{1}},
		{"after another", []Rule{FromClient(Reorder{Rate: 1})}, []int{1}},
		{"with the server down", []Rule{FromClient(Down{For: ms})}, []int{0}},
		{"with the server restarted", []Rule{FromClient(Restart{})}, []int{0}},
		{"changed", []Rule{FromClient(Corrupt{Bits: []int64{0}})}, []int{1}},
		{"cut", []Rule{FromClient(Truncate{Size: 1})}, []int{1}},
		{"padded", []Rule{FromClient(Enlarge{Size: 9})}, []int{1}},
		{"overwritten", []Rule{FromClient(Overwrite{Bytes: []byte("D")})}, []int{1}},
		{"its forgery", []Rule{FromClient(Forge{Bytes: []byte("D")})}, []int{2}},
		{"its forgery, and a copy of each", []Rule{FromClient(Forge{Bytes: []byte("D"), First: true}), twice}, []int{2, 3}},
		{"its copy, and that it was forged", []Rule{twice, FromClient(Forge{Bytes: []byte("D")})}, []int{2, 3}},
		{"its copy", []Rule{twice}, []int{2}},
		{"the first of its copies", []Rule{FromClient(Duplicate{Rate: 1, Copies: 9})}, []int{2}},
		{"the copies of one, and of the next", []Rule{twice, twice}, []int{2, 3}},
		{"no more copies than there may be", []Rule{FromClient(Duplicate{Rate: 1, Copies: 1000}), twice}, []int{2, 1}},
		{"changed, and then lost", []Rule{FromClient(Truncate{Size: 1}), FromClient(Loss{Nth: 1})}, []int{1, 0}},
	} {
		g := compile(t, Datagrams, 1, tt.rules...)
		p := g.Peer(1, fromClient)
		v := p.Next([]byte("datagram"), 0)
		var got []int
		for _, hit := range v.Fired {
			got = append(got, hit.Copy)
			_, forges := tt.rules[len(got)-1].Fault.(Forge)
			if hit.Number != 1 || forges != (hit.Forged > 0) || forges && hit.Forged != hit.Copy {
				t.Errorf("%s: %+v, want number 1, and by which copy, if that is forged", tt.why, hit)
			}
		}
		if len(got) != len(tt.want) {
			t.Fatalf("%s: %d hits, want %d", tt.why, len(got), len(tt.want))
		}
		for i, rule := range g.Report().Rules {
			if got[i] != tt.want[i] {
				t.Errorf("%s: rule %s acts with copy %d, want %d", tt.why, rule.Key, got[i], tt.want[i])
			}
			if rule.State != Armed || rule.Count != 0 {
				t.Errorf("%s: as soon as it was decided, rule %s is %v, %d times; want armed", tt.why, rule.Key, rule.State, rule.Count)
			}
		}
		p.Done(v.Fired[0])
		if rule := g.Report().Rules[0]; rule.State != Fired || rule.Count != 1 || rule.Conn != 1 || rule.Offset != 1 {
			t.Errorf("%s: when it is done, %+v", tt.why, rule)
		}
	}
}

// What a rule decided and what never came about is no reason for it to have fired, whatever its
// draws might have excused.
func TestVerifyNamesARuleWhoseHitsWereNeverDone(t *testing.T) {
	g := compile(t, Datagrams, 1, ToClient(Latency{Delay: ms}))
	g.Peer(1, toClient).Next(nil, 0)
	if err := g.Report().Verify(); err == nil || !strings.Contains(err.Error(), "rule latency.ToClient.1 was armed") {
		t.Errorf("Verify = %v, want the rule named as armed", err)
	}
}

// The report is then as it was before, also where the rule acted first.
func TestPeerUndoTakesTheLastDoneBack(t *testing.T) {
	g := compile(t, Datagrams, 1, ToClient(Truncate{}))
	a, b := g.Peer(1, toClient), g.Peer(2, toClient)
	hit := func(p decide.Peer) decide.Hit { return p.Next([]byte("x"), 0).Fired[0] }
	first, second, other := hit(a), hit(a), hit(b)
	want := func(when string, count int64, conn int, offset int64) {
		t.Helper()
		if o := g.Report().Rules[0]; o.Count != count || (count > 0) != (o.State == Fired) || count > 0 && (o.Conn != conn || o.Offset != offset) {
			t.Errorf("%s: %+v; want %d times, first on conn %d at %d", when, o, count, conn, offset)
		}
	}
	b.Done(other)
	want("of conn 2", 1, 2, 1)
	a.Done(second)
	want("also of conn 1", 2, 1, 2)
	a.Done(first)
	want("and of its first datagram", 3, 1, 1)
	a.Undo(first)
	want("which did not leave", 2, 1, 2)
	a.Done(first)
	a.Undo(first)
	want("and not at its second try", 2, 1, 2)

	g = compile(t, Datagrams, 1, ToClient(Truncate{}))
	a = g.Peer(1, toClient)
	only := hit(a)
	a.Done(only)
	a.Undo(only)
	want("the only one", 0, 0, 0)
}
