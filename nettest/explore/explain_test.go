package explore

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// twenty is the profile of a client with one answer, of twenty bytes.
func twenty() profile {
	return profileOf(recordOf("tcp", "1>get\n", "1<nineteen and newline\n"[:21]+"\n"))
}

// between reports whether a plan's first rule acts from one byte to another.
func between(low, high int64) func(fault.Plan) bool {
	return func(p fault.Plan) bool { return low <= p.Rules[0].After.Bytes && p.Rules[0].After.Bytes <= high }
}

func TestExplainByNeighbors(t *testing.T) {
	for _, test := range []struct {
		rule   fault.Rule
		broken func(fault.Plan) bool
		want   string
	}{
		{fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(7), between(7, 13),
			"close after each byte from 7 to 13 of the 20 that the server sends on connection 1; not after 6, nor after 14"},
		{fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(9), between(2, 19),
			"close after each byte from 2 to 19 of the 20 that the server sends on connection 1; not after 1, nor after 20"},
		{fault.ToClient(fault.Close{}).OnConn(1), between(0, 4),
			"close after each byte from 0 to 4 of the 20 that the server sends on connection 1; not after 5"},
		{fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(12), between(11, 20),
			"close after each byte from 11 to 20 of the 20 that the server sends on connection 1; not after 10"},
		{fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(12), between(0, 20),
			"close after each byte from 0 to 20 of the 20 that the server sends on connection 1"},
		{fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(12), between(12, 12),
			"close after byte 12 of the 20 that the server sends on connection 1; not after 11, nor after 13"},
		{fault.FromClient(fault.Stall{}).OnConn(1).AfterBytes(1), between(1, 2),
			"stall after each byte from 1 to 2 of the 4 that the client sends on connection 1; not after 0, nor after 3"},
		{fault.ToClient(fault.Slice{Size: 1}), between(0, 0), "slice on all connections, from their beginning"},
	} {
		s := pretended(twenty(), breaksIf(test.broken))
		f := &Find{Plan: only(test.rule), Breach: bug}
		s.explain(t.Context(), f)
		if got := strings.Join(f.Why, "\n"); got != test.want {
			t.Errorf("%v:\n\t%s\nwant\n\t%s", test.rule, got, test.want)
		}
	}
}

// Of a plan of two rules, each is moved while the other stays.
func TestExplainEachRule(t *testing.T) {
	p := profileOf(recordOf("tcp", "1>a\n", "1<A\n", "2>b\n", "2<B\n"))
	s := pretended(p, breaksIf(func(p fault.Plan) bool { return p.Rules[0].After.Bytes <= 1 && p.Rules[1].After.Bytes == 1 }))
	f := &Find{Breach: bug, Plan: fault.Plan{Rules: []fault.Rule{
		fault.ToClient(fault.Close{}).OnConn(1), fault.ToClient(fault.Reset{}).OnConn(2).AfterBytes(1),
	}}}
	s.explain(t.Context(), f)
	want := []string{
		"close after each byte from 0 to 1 of the 2 that the server sends on connection 1; not after 2",
		"reset after byte 1 of the 2 that the server sends on connection 2; not after 0, nor after 2",
	}
	if !slices.Equal(f.Why, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(f.Why, "\n"), strings.Join(want, "\n"))
	}
}

// What is known from shrinking is not tried again.
func TestExplainTriesNothingAgain(t *testing.T) {
	times := map[string]int{}
	s := pretended(twenty(), func(p fault.Plan) result {
		times[keyOf(p)]++
		return breaksIf(between(7, 13))(p)
	})
	f := &Find{Plan: only(fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(7)), Breach: bug}
	s.shrink(t.Context(), f)
	known := maps.Clone(times)
	s.explain(t.Context(), f)
	for key, n := range known {
		if times[key] > n {
			t.Errorf("%s is known, and was tried again", key)
		}
	}
	if len(times) == len(known) {
		t.Error("nothing was tried")
	}
}

func TestExplainSeed(t *testing.T) {
	draws := fault.Plan{Seed: 7, Rules: []fault.Rule{fault.ToClient(fault.Close{}).OnConn(1).WithProbability(.5)}}
	for _, test := range []struct {
		broken func(fault.Plan) bool
		want   string
	}{
		{func(fault.Plan) bool { return true }, "the seed does not matter"},
		{func(p fault.Plan) bool { return p.Seed == 7 }, "the seed matters: 0 of 5 others give the same"},
		{func(p fault.Plan) bool { return p.Seed%2 == 1 }, "the seed matters: 2 of 5 others give the same"},
	} {
		s := pretended(twenty(), breaksIf(test.broken))
		f := &Find{Plan: draws, Breach: bug}
		s.explain(t.Context(), f)
		if got := f.Why[len(f.Why)-1]; got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// In a long stream the edges are found by halving; and where there is no time for that, nothing is said of what
// was not tried.
func TestExplainIsBounded(t *testing.T) {
	for length, want := range map[int]string{
		1 << 20: "close after each byte from 300000 to 700000 of the 1048576 that the server sends on connection 1; not after 299999, nor after 700001",
		1 << 30: "close after each byte from 300000 to ",
	} {
		p := answersOf()
		p.Streams[0].Length = int64(length)
		high := int64(length) / 3 * 2
		if length == 1<<20 {
			high = 700_000
		}
		tries := 0
		s := pretended(p, func(p fault.Plan) result {
			tries++
			return breaksIf(between(300_000, high))(p)
		})
		f := &Find{Plan: only(fault.ToClient(fault.Close{}).OnConn(1).AfterBytes(500_000)), Breach: bug}
		s.explain(t.Context(), f)
		if tries > 2*maxNeighbors {
			t.Errorf("%d trials were made, want %d at most", tries, 2*maxNeighbors)
		}
		wantWords(t, f.Why[0], want)
		if strings.Contains(f.Why[0], "nor after") != (length == 1<<20) {
			t.Errorf("of a stream of %d bytes it says %s", length, f.Why[0])
		}
	}
}
