package explore

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// Once a trial takes long, several run at once, also of those that don't wait; what comes of them is in their order.
func TestWaveRunsAbreastOnceTrialsTakeLong(t *testing.T) {
	for _, test := range []struct {
		name    string
		abreast int
		takes   time.Duration
		want    int64 // at once
	}{
		{"quick", DefaultAbreast, time.Millisecond, 1},
		{"long", DefaultAbreast, 2 * long, DefaultAbreast},
		{"long, in memory", 1, 2 * long, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			var now, most atomic.Int64
			s := pretended(answersOf(), func(fault.Plan) result {
				n := now.Add(1)
				for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
				}
				time.Sleep(test.takes)
				now.Add(-1)
				return result{Fired: true}
			})
			s.abreast = test.abreast
			var wave []candidate
			for at := range int64(20) {
				wave = append(wave, candidate{plan: only(fault.ToClient(fault.Close{}).AfterBytes(at)), wave: 2})
			}
			if err := s.tryWave(t.Context(), wave); err != nil {
				t.Fatal(err)
			}
			if most.Load() != test.want {
				t.Errorf("%s: %d at once, want %d", test.name, most.Load(), test.want)
			}
			for i, p := range s.order {
				if p.Rules[0].After.Bytes != int64(i) {
					t.Fatalf("%s: plan %d is %s", test.name, i+1, textOfRules(p))
				}
			}
		})
	}
}

// Several at once are no more than plans that are left, and what they show counts, though time is up when they are done.
func TestWaveEndsWithPlansAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ran atomic.Int64
		s := pretended(answersOf(), func(fault.Plan) result {
			ran.Add(1)
			time.Sleep(time.Second)
			return result{Fired: true}
		})
		s.abreast, s.cfg.Plans, s.end = DefaultAbreast, 11, time.Now().Add(1500*time.Millisecond)
		var wave []candidate
		for at := range int64(40) {
			wave = append(wave, candidate{plan: only(fault.ToClient(fault.Stall{}).AfterBytes(at)), wave: 2})
		}
		if err := s.tryWave(t.Context(), wave); err != errOver {
			t.Errorf("%v, want that it is over", err)
		}
		if ran.Load() != 11 || s.tally.Plans != 11 || s.tally.Stopped != "stopped at 11 plans" {
			t.Errorf("%d ran, and %v; want 11, and what the last of them showed, though that came late", ran.Load(), s.tally)
		}
	})
}
