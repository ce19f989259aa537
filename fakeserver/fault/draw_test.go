package fault

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// A seed has to mean the same for ever: these numbers must never change.
func TestDrawsAreWhatTheyAlwaysWere(t *testing.T) {
	d := newDraws(42, "loss.FromClient.1", 1, fromClient)
	got := fmt.Sprintf("%x %x %x %v", d.at(1), d.at(2), d.at(-1), d.below(7, 1000))
	if want := "3f7e53b247126606 ac038a43a838a162 9c1d21681e852891 477"; got != want {
		t.Errorf("draws = %s, want %s", got, want)
	}
}

// What the draws are used for must not change either. A rule's line below may be
// added, but never edited.
func TestDrawsOfDatagramsAreWhatTheyAlwaysWere(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{FromClient(Loss{Rate: .3}), "0 1 0 1 1 0 1 1 1 1 1 0"},
		{FromClient(Loss{Every: 2}).WithProbability(.5), "1 0 1 1 1 0 1 0 1 1 1 0"},
		{FromClient(BurstLoss{P: .2, R: .4, Bad: .8, Good: .1}), "1 1 1 1 0 0 0 0 1 1 1 1"},
		{FromClient(Duplicate{Rate: .3}), "2 1 1 1 1 1 1 1 1 2 1 1"},
		{FromClient(Reorder{Rate: .3}), "1<1 1 1 1 1<1 1 1<1 1<1 1 1 1 1"},
		{FromClient(Corrupt{Rate: .3}), "1 1 1 1~6:08 1~5:10 1 1 1 1~3:40 1 1~2:08 1~6:10"},
		{FromClient(Latency{Delay: 5 * ms, Jitter: 5 * ms}), "1+4396µs 1+8445µs 1+1088µs 1+506µs 1+2579µs 1+426µs 1+8388µs 1+8171µs 1+8104µs 1+492µs 1+6331µs 1+9883µs"},
		{FromClient(Latency{Delay: 5 * ms, Jitter: 5 * ms, Distribution: Normal}), "1+4241µs 1+10067µs 1 1 1+1752µs 1 1+9948µs 1+9523µs 1+9397µs 1 1+6700µs 1+16335µs"},
		{FromClient(Latency{Delay: 5 * ms, Jitter: 5 * ms, Distribution: Pareto}), "1+9012µs 1+25934µs 1+5680µs 1+5299µs 1+6873µs 1+5250µs 1+25228µs 1+22911µs 1+22282µs 1+5291µs 1+13096µs 1+161697µs"},
		{FromClient(Latency{Delay: 5 * ms, Jitter: 5 * ms, Distribution: LogNormal}), "1+4778µs 1+6762µs 1+3463µs 1+3068µs 1+4120µs 1+2994µs 1+6714µs 1+6546µs 1+6497µs 1+3056µs 1+5533µs 1+9824µs"},
	} {
		p := compile(t, Datagrams, 42, tt.rule).Peer(1, fromClient)
		var got []string
		for range 12 {
			v := p.Next([]byte("????????"), 0)
			got = append(got, fmt.Sprintf("%d%s", len(v.Copies), verdictText(v)))
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%+v:\n got  %s\n want %s", tt.rule, got, tt.want)
		}
	}
}

// The draws of copies, too.
func TestDrawsOfCopiesAreWhatTheyAlwaysWere(t *testing.T) {
	p := compile(t, Datagrams, 42, FromClient(Duplicate{Rate: 1, Copies: 2}), FromClient(Latency{Delay: 5 * ms, Jitter: 5 * ms})).Peer(1, fromClient)
	got := ""
	for range 3 {
		got += verdictText(p.Next(nil, 0)) + " "
	}
	if want := "+4396µs+9871µs+3929µs +8445µs+2285µs+5977µs +1088µs+1634µs+9152µs "; got != want {
		t.Errorf("the copies are late by\n%s, want\n%s", got, want)
	}
}

// verdictText says what else a verdict does, in short.
func verdictText(v decide.Verdict) string {
	if len(v.Copies) == 0 {
		return ""
	}
	text := copyText(v.Copies[0])
	for _, c := range v.Copies[1:] {
		if more := copyText(c); more != text {
			text += more
		}
	}
	return text
}

func copyText(c decide.Copy) string {
	text := ""
	if c.Behind > 0 {
		text += fmt.Sprintf("<%d", c.Behind)
	}
	if c.Delay > 0 {
		text += fmt.Sprintf("+%dµs", c.Delay.Microseconds())
	}
	if at := slices.IndexFunc(c.Data, func(b byte) bool { return b != '?' }); at >= 0 {
		text += fmt.Sprintf("~%d:%02x", at, c.Data[at]^'?')
	}
	return text
}

func TestDrawsOfStreamsAreWhatTheyAlwaysWere(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		want string
	}{
		{ToClient(Slice{Size: 900, Variation: 899}), "229 806 2044 3557 5166 6956 8248"},
		{ToClient(Corrupt{Rate: .5}), "2556 6215"},
		{ToClient(Latency{Delay: 1000, Jitter: 1000}), "+1500 +1850 +192 +476 +628 +434"},
		{ToClient(Latency{Delay: 1000, Jitter: 1000, Distribution: LogNormal}), "+1222 +1537 +678 +809 +865 +792"},
	} {
		s := compile(t, Streams, 42, tt.rule).Stream(1, toClient)
		var got []string
		for _, step := range s.Feed(make([]byte, 6*cellBytes), 0) {
			if step.Op == decide.OpPass && step.Delay > 0 {
				got = append(got, fmt.Sprintf("+%d", step.Delay))
			}
			if step.Op == decide.OpCut || step.Op == decide.OpMark && step.Offset > 0 {
				got = append(got, fmt.Sprint(step.Offset))
			}
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%+v:\n got  %s\n want %s", tt.rule, got, tt.want)
		}
	}
}

func TestDrawsOfConnectionsAreWhatTheyAlwaysWere(t *testing.T) {
	g := compile(t, Streams, 42, ToClient(Reset{}).WithProbability(.5), OnAccept(Reset{}).WithProbability(.5))
	got := ""
	for conn := 1; conn <= 16; conn++ {
		got += fmt.Sprintf("%d%d ", len(g.Stream(conn, toClient).Tick(0)), len(g.Accept(conn)))
	}
	if want := "00 11 00 11 00 10 00 00 01 00 10 01 00 01 11 11 "; got != want {
		t.Errorf("ends: %s, want %s", got, want)
	}
}

func TestDrawsAreUniform(t *testing.T) {
	const n, classes = 100_000, 64
	for _, what := range []struct {
		name string
		at   func(i int) draws
		unit func(i int) int64
	}{
		{"units", func(int) draws { return newDraws(1, "k", 1, toClient) }, func(i int) int64 { return int64(i) }},
		{"connections", func(i int) draws { return newDraws(1, "k", i, toClient) }, func(int) int64 { return 1 }},
		{"seeds", func(i int) draws { return newDraws(uint64(i), "k", 1, toClient) }, func(int) int64 { return 1 }},
		{"names", func(i int) draws { return newDraws(1, fmt.Sprint(i), 1, toClient) }, func(int) int64 { return 1 }},
	} {
		uniform, below, bit := make([]int, classes), make([]int, classes), 0
		for i := range n {
			d, unit := what.at(i), what.unit(i)
			u := d.uniform(unit)
			if u < 0 || u >= 1 {
				t.Fatalf("uniform = %v", u)
			}
			uniform[int(u*classes)]++
			below[d.below(unit, classes)]++
			bit += int(d.at(unit) & 1)
		}
		wantEven(t, what.name+": uniform", uniform)
		wantEven(t, what.name+": below", below)
		wantRate(t, what.name+": the lowest bit", bit, n, .5)
	}
}

func TestDrawsHitExactlyAtTheEnds(t *testing.T) {
	d := newDraws(1, "k", 1, toClient)
	for i := range int64(10_000) {
		if d.hit(i, 0) || !d.hit(i, 1) {
			t.Fatalf("unit %d hits at 0, or does not at 1", i)
		}
	}
}
