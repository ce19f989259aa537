package fault

import (
	"fmt"
	"strings"
	"testing"
)

func TestTriggersOfStreams(t *testing.T) {
	end := ToClient(Close{})
	for _, tt := range []struct {
		rule Rule
		want string
		why  string
	}{
		{end, "close@0", "at zero it acts before the first byte"},
		{end.AfterBytes(3), "aab close@3", ""},
		{end.AfterBytes(99), "aabaabaac", "the offset never comes"},
		{end.Now(), "close@0", "in the plan from the start it is the beginning"},
		{end.AfterMatch("aac"), "aabaabaac close@9", "the match is in the last bytes"},
		{end.AfterMatch("aabaac"), "aabaabaac close@9", "the pattern begins anew within itself"},
		{end.AfterMatch("ab"), "aab close@3", "the first of three"},
		{end.AfterMatch("x"), "aabaabaac", "there is none"},
		{end.AfterBytes(3).AfterMatch("aab"), "aabaab close@6", "looked for after the bytes"},
		{end.AfterBytes(1).AfterMatch("aab"), "aabaab close@6", "not across where they end"},
		{end.AfterBytes(4).AfterMatch("aab"), "aabaabaac", "there is none after"},
		{end.OnConn(1), "close@0", ""},
		{end.OnConn(2, 3), "", "not for this one"},
		{end.FromConn(1), "close@0", ""},
		{end.FromConn(2), "", "not for this one"},
		{FromClient(Close{}), "", "not in this direction"},
		{end.WithProbability(1), "close@0", ""},
		{end.WithProbability(0), "aabaabaac", ""},
		{end.Times(1), "close@0", ""},
	} {
		for name, next := range map[string]func(int) int{"whole": whole, "bytewise": bytewise} {
			s := compile(t, Streams, 1, tt.rule).Stream(1, toClient)
			got := ""
			if s != nil {
				got = steps(s, "aabaabaac", next)
			}
			if got != tt.want {
				t.Errorf("%s, %+v: %q, want %q; %s", name, tt.rule, got, tt.want, tt.why)
			}
		}
	}
}

func TestRuleSelectsConnectionsByNumber(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{ToClient(Reset{}), "123456"},
		{ToClient(Reset{}).OnConn(2, 5), "25"},
		{ToClient(Reset{}).FromConn(4), "456"},
	} {
		g, got := compile(t, Streams, 1, tt.rule), ""
		for conn := 1; conn <= 6; conn++ {
			if g.Stream(conn, toClient) != nil {
				got += fmt.Sprint(conn)
			}
		}
		if got != tt.want {
			t.Errorf("%+v is for %s, want %s", tt.rule, got, tt.want)
		}
	}
}

func TestWindowsOfStreamsAreExact(t *testing.T) {
	hole := ToClient(Blackhole{})
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{hole.ForBytes(1), "bcdefgh"},
		{hole.ForBytes(8), ""},
		{hole.ForBytes(7), "h"},
		{hole.AfterBytes(7).ForBytes(1), "abcdefg"},
		{hole.AfterBytes(2).ForBytes(3), "abfgh"},
		{hole.AfterMatch("cd").ForBytes(2), "abcdgh"},
		{hole.AfterBytes(1).ForBytes(1<<63 - 1), "a"},
	} {
		wantDelivered(t, "abcdefgh", tt.want, tt.rule)
	}
}

func TestWindowsOverlap(t *testing.T) {
	wantSteps(t, "abcdefgh", "a mark@1 (+1ms)b mark@2 (+3ms)cd (+2ms)ef gh",
		ToClient(Latency{Delay: ms}).AfterBytes(1).ForBytes(3), ToClient(Latency{Delay: 2 * ms}).AfterBytes(2).ForBytes(4))
}

func TestChanceOfConnections(t *testing.T) {
	const n = 20_000
	for _, p := range []float64{.1, .5, .9} {
		g := compile(t, Streams, 4, ToClient(Reset{}).WithProbability(p))
		hits := make([]bool, n)
		for i := range hits {
			hits[i] = len(g.Stream(i+1, toClient).Tick(0)) > 0
		}
		wantRate(t, "connections reset", count(hits), n, p)
		counts, _ := runs(hits, 3)
		wantShares(t, "lengths of runs", counts, geometric(p, 3))
	}
}

// The chance is drawn where the rule begins, once for a connection.
func TestChanceDecidesAboutTheWholeStretch(t *testing.T) {
	g := compile(t, Streams, 4, ToClient(Blackhole{}).AfterBytes(2).WithProbability(.5))
	seen := map[string]int{}
	for conn := range 100 {
		seen[drive(g.Stream(conn+1, toClient), "abcdef", feeding{pieces: []int{1}}).delivered]++
	}
	if len(seen) != 2 || seen["ab"] < 30 || seen["abcdef"] < 30 {
		t.Errorf("delivered %v, want half ab and half abcdef", seen)
	}
}

func TestVerifyAndChance(t *testing.T) {
	never := ToClient(Reset{}).WithProbability(0)
	for _, tt := range []struct {
		rule Rule
		want string // the trouble, or nothing
	}{
		{never, ""},
		{never.MustHit(), "armed: reached, but it never hit"},
		{never.AfterBytes(99), "not reached"},
		{never.AfterBytes(99).NeedNotFire(), ""},
		{never.AfterBytes(99).MustHit(), "not reached"},
		{ToClient(Reset{}).MustHit(), ""},
		{ToClient(Reset{}).WithProbability(1).MustHit(), ""},
		{ToClient(Slice{Size: 99}), "armed"},
		{ToClient(Slice{Size: 99}).NeedNotFire(), ""},
		{ToClient(Slice{Size: 99}).MustHit(), "armed"},
		{ToClient(Replace{Old: "x"}), "armed"},
		{ToClient(Replace{Old: "x"}).MustHit(), "armed"},
		{ToClient(Replace{Old: "b"}).MustHit(), ""},
		{ToClient(Corrupt{Bits: []int64{800}}).MustHit(), "armed"},
	} {
		g := compile(t, Streams, 1, tt.rule)
		drive(g.Stream(1, toClient), "abc", feeding{})
		err := g.Report().Verify()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: Verify = %v, want %q", tt.rule, err, tt.want)
		}
	}
}

func TestRuleMethodsReturnChangedCopies(t *testing.T) {
	r := ToClient(Reset{}).OnConn(1, 2)
	r.OnConn(7).FromConn(3).AfterBytes(9).AfterDatagrams(9).AfterMatch("x").AfterTime(9).Now().Named("x").NeedNotFire()
	r.ForBytes(9).ForDatagrams(9).ForTime(9).Times(9).WithProbability(.5).MustHit()
	if got, want := fmt.Sprintf("%+v", r), fmt.Sprintf("%+v", ToClient(Reset{}).OnConn(1, 2)); got != want {
		t.Errorf("the rule became %s, want %s", got, want)
	}
}

func TestCompiledPlanSharesNothingWithItsRules(t *testing.T) {
	r := ToClient(Close{}).OnConn(1).AfterMatch("b").WithProbability(1)
	g := compile(t, Streams, 1, r)
	r.Conns.Only[0], r.After.Match[0], *r.Probability = 9, 'x', 0
	if got := steps(g.Stream(1, toClient), "abc", whole); got != "ab close@2" {
		t.Errorf("steps = %q", got)
	}
}
