package explore_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/fakewire/fakewire/nettest/explore"
)

// A search in memory is the same each time: the same plans in the same order, and the same outcomes, on however many processors.
// That holds for waves of all sorts, for finds and for a client of the standard library.
func TestSameSearchInMemory(t *testing.T) {
	for _, test := range []struct {
		name  string
		plans int
		races bool // goroutines of its own race: which error it has, and what it has sent by then, depends on which is first
	}{
		{"careless reuse", 300, false}, // waves 1 to 5, and finds
		{"empty reply", 300, false},    // wave 6, what is drawn included
		{"takes late", 100, false},     // datagrams
		{"watchful logger", 40, true},
		{"mail", 80, false},   // net/smtp
		{"browser", 80, true}, // net/http
	} {
		t.Run(test.name, func(t *testing.T) {
			s := specimenOf(t, test.name)
			run := func() explore.Trace {
				tr, err := try(t, s, func(cfg *explore.Config) { cfg.All, cfg.Plans = true, test.plans })
				if err != nil {
					t.Fatal(err)
				}
				if tr.Tally.Plans < test.plans {
					t.Errorf("%v: want %d plans", tr.Tally, test.plans)
				}
				return tr
			}
			first := run()
			before := runtime.GOMAXPROCS(1)
			alone := run()
			runtime.GOMAXPROCS(before)
			wantSame(t, first, alone, !test.races)
			if everything() {
				wantSame(t, first, run(), !test.races)
			}
		})
	}
}

// wantSame wants two searches to have tried the same plans, which acted and broke the client in the same ways; and how the trials
// ended otherwise, if that is to be the same, too.
func wantSame(t *testing.T, one, other explore.Trace, endings bool) {
	t.Helper()
	if !slices.Equal(one.Plans, other.Plans) {
		for i := range min(len(one.Plans), len(other.Plans)) {
			if one.Plans[i] != other.Plans[i] {
				t.Errorf("plan %d is %s, and the other time %s", i+1, one.Plans[i], other.Plans[i])
				return
			}
		}
		t.Errorf("%v, and the other time %v", one.Tally, other.Tally)
		return
	}
	for i, p := range one.Plans {
		if one.Outcomes[i] != other.Outcomes[i] {
			t.Errorf("plan %d, %s, is %s, and the other time %s", i+1, p, one.Outcomes[i], other.Outcomes[i])
		} else if endings && one.Shapes[i] != other.Shapes[i] {
			t.Errorf("plan %d, %s, ends as %s, and the other time as %s", i+1, p, one.Shapes[i], other.Shapes[i])
		}
	}
	if endings && one.Tally != other.Tally {
		t.Errorf("%+v, and the other time %+v", one.Tally, other.Tally)
	}
}
