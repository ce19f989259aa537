package fault

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// randomPlan makes up a plan for the direction to the client.
func randomPlan(r *rand.Rand, length int) []Rule {
	faults := []func() Fault{
		func() Fault { return Latency{Delay: time.Duration(1+r.IntN(9)) * time.Millisecond} },
		func() Fault { size := 1 + r.Int64N(40); return Slice{Size: size, Variation: r.Int64N(size)} },
		func() Fault { return Slice{Sizes: []int64{1 + r.Int64N(9), 1 + r.Int64N(9)}} },
		func() Fault { return Stall{For: time.Duration(1 + r.IntN(9))} },
		func() Fault { return Reset{} },
		func() Fault { return Close{} },
	}
	var rules []Rule
	for range r.IntN(5) {
		rules = append(rules, ToClient(faults[r.IntN(len(faults))]()).AfterBytes(r.Int64N(int64(2*length))))
	}
	return rules
}

func TestOtherRulesDoNotShiftARulesDraws(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	data := strings.Repeat("0123456789", 100)
	mine := ToClient(Slice{Size: 20, Variation: 19}).Named("mine")
	cutsOf := func(rules []Rule) string {
		s := compile(t, Streams, 5, rules...).Stream(3, transcript.ToClient)
		var cuts []string
		for _, step := range s.Feed([]byte(data), 0) {
			if step.Rule == "mine" {
				cuts = append(cuts, fmt.Sprint(step.Offset))
			}
		}
		return strings.Join(cuts, " ")
	}
	want := cutsOf([]Rule{mine})
	for range 100 {
		rules := []Rule{mine}
		for _, other := range randomPlan(r, len(data)) {
			if _, ends := other.Fault.(pointFault); ends {
				continue // what comes after an ending is not decided
			}
			rules = append(rules, other)
		}
		r.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
		if got := cutsOf(rules); got != want {
			t.Fatalf("with %+v:\n cuts at %s\n want    %s", rules, got, want)
		}
	}
}

func TestConnectionsAndDirectionsDrawApart(t *testing.T) {
	cuts := map[string]string{}
	g := compile(t, Streams, 5, ToClient(Slice{Size: 20, Variation: 19}).Named("a"), FromClient(Slice{Size: 20, Variation: 19}).Named("b"))
	for conn := 1; conn <= 3; conn++ {
		for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
			got := steps(g.Stream(conn, d), strings.Repeat("x", 1000), whole)
			where := fmt.Sprintf("conn %d %v", conn, d)
			if other, same := cuts[got]; same {
				t.Errorf("%s and %s got the same cuts", where, other)
			}
			cuts[got] = where
		}
	}
}

func TestNoRulesNoStream(t *testing.T) {
	g := compile(t, Streams, 1, ToClient(Reset{}).OnConn(2))
	if g.Stream(1, transcript.ToClient) != nil || g.Stream(2, transcript.FromClient) != nil {
		t.Error("a direction without rules got a stream, which costs a pump")
	}
	if g.Stream(2, transcript.ToClient) == nil {
		t.Error("a direction with a rule got no stream")
	}
}
