package explore

import (
	"fmt"
	"strings"
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

// Each plan of the waves can be carried out, and none is there twice: that would be a trial for nothing.
func TestWavesAreValidPlans(t *testing.T) {
	for _, test := range []struct {
		medium fault.Medium
		waves  [][]candidate
	}{
		{fault.Streams, profileOf(recordOf("tcp", "1<220 ready\n", "1>get a\n", "1<one\n", "2>get b\n", "2<none\n")).waves()},
		{fault.Datagrams, profileOf(recordOf("udp", "1>a", "1<A", "2>b", "2<B")).packets()},
	} {
		seen := map[string]bool{}
		for _, wave := range test.waves {
			for _, c := range wave {
				if err := c.plan.Validate(test.medium); err != nil {
					t.Errorf("%s: %v", textOfRules(c.plan), err)
				}
				if key := keyOf(c.plan); seen[key] {
					t.Errorf("%s is planned twice", textOfRules(c.plan))
				} else {
					seen[key] = true
				}
			}
		}
	}
}
