package explore

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// listed returns the plans of waves in words, a line for each.
func listed(all [][]candidate) string {
	var b strings.Builder
	for _, wave := range all {
		for i, c := range wave {
			if i == 0 {
				fmt.Fprintf(&b, "wave %d\n", c.wave)
			}
			waits := ""
			if c.waits() {
				waits = " (waits)"
			}
			fmt.Fprintf(&b, "\t%s%s\n", textOfRules(c.plan), waits)
		}
	}
	return b.String()
}

// What is planned from a record, in its order.
func TestWavesOfStreams(t *testing.T) {
	p := profileOf(recordOf("tcp", "1<220 ready\n", "1>get a\n", "1<one\n", "1<two\n"))
	wantGolden(t, "waves_streams.txt", listed(p.waves()))
}

func TestWavesOfDatagrams(t *testing.T) {
	p := profileOf(recordOf("udp", "1>a", "1<A", "1>b", "1<B"))
	wantGolden(t, "waves_datagrams.txt", listed(p.packets()))
}

// Where lengths vary, a place is after a Write.
func TestWavesWhereLengthsVary(t *testing.T) {
	p := profileOf(recordOf("tcp", "1>a\n", "1<one\n", "1>b\n", "1<two\n"))
	p.Streams[0].Steady = 4
	wantGolden(t, "waves_varying.txt", listed([][]candidate{p.wave2()}))
}

// Each plan of the waves can be carried out.
func TestWavesAreValidPlans(t *testing.T) {
	for _, test := range []struct {
		medium fault.Medium
		waves  [][]candidate
	}{
		{fault.Streams, profileOf(recordOf("tcp", "1<220 ready\n", "1>get a\n", "1<one\n", "2>get b\n", "2<none\n")).waves()},
		{fault.Datagrams, profileOf(recordOf("udp", "1>a", "1<A", "2>b", "2<B")).packets()},
	} {
		for _, c := range slices.Concat(test.waves...) {
			if err := c.plan.Validate(test.medium); err != nil {
				t.Errorf("%s: %v", textOfRules(c.plan), err)
			}
		}
	}
}

// No plan is run twice, one after the other or several at once, though places of several sorts may coincide. Those in which the
// client waits come last in their wave.
func TestWavesAreTriedOnce(t *testing.T) {
	for _, abreast := range []int{1, DefaultAbreast} {
		var mu sync.Mutex
		times := map[string]int{}
		s := pretended(profileOf(recordOf("tcp", "1>ask\n", "1<one\n", "1>ask\n", "1<two\n")), func(p fault.Plan) result {
			mu.Lock()
			defer mu.Unlock()
			times[keyOf(p)]++
			return result{Fired: true}
		})
		s.abreast = abreast
		if err := s.derived(t.Context()); err != nil {
			t.Fatal(err)
		}
		for key, n := range times {
			if n > 1 {
				t.Errorf("%d abreast: %s was run %d times", abreast, key, n)
			}
		}
		if len(times) != s.tally.Plans || len(s.order) != len(times) {
			t.Errorf("%d abreast: %d plans were run, and %d are counted", abreast, len(times), s.tally.Plans)
		}
		first := s.order[:len(s.profile.wave1())]
		if i := slices.IndexFunc(first, func(p fault.Plan) bool { return candidate{plan: p}.waits() }); abreast > 1 && i < 15 || abreast == 1 && i > 10 {
			t.Errorf("%d abreast: the first that waits is plan %d", abreast, i+1)
		}
	}
}
