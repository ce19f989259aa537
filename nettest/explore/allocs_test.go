package explore

import (
	"context"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
)

// maxPlanAllocs is how often an explored plan of a small client in memory may allocate, with its bubble, its server and all that is made of its
// record: some 1,150 times when this was written, and 1,230 with the race detector.
const maxPlanAllocs = 1350

// allocsPerPlan returns that for a search, at the least of a few times: other tests may have left something behind that allocates.
func allocsPerPlan(t *testing.T, body Body) float64 {
	t.Helper()
	cfg := Config{Handler: fakeserver.Lines{Answer: func(line string) string { return line }}, Within: time.Second, Budget: time.Minute, Suite: t, IgnoreEnv: true, Dir: t.TempDir()}
	least := math.Inf(1)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := Search(context.Background(), cfg, fault.Streams, body)
		runtime.ReadMemStats(&after)
		if err != nil || len(r.Finds) > 0 || r.Tally.Plans < 100 {
			t.Fatalf("%v, %v, want at least 100 plans, and no finds", r, err)
		}
		least = min(least, float64(after.Mallocs-before.Mallocs)/float64(r.Tally.Plans))
	}
	return least
}

func TestAPlanInMemoryAllocatesLittle(t *testing.T) {
	asks := asking(right, "apples", "pears", "plums")
	n := allocsPerPlan(t, asks)
	if n > maxPlanAllocs {
		t.Errorf("a plan allocates %.0f times, want %d at most", n, maxPlanAllocs)
	}
	// The check itself: what allocates more is seen.
	more := allocsPerPlan(t, func(ctx context.Context, w *Wire) error {
		for range 200 {
			sunk = make([]byte, 16)
		}
		return asks(ctx, w)
	})
	if more < n+150 {
		t.Errorf("with 200 allocations more it is %.0f, want %.0f or so", more, n+200)
	}
	t.Logf("%.0f allocations a plan", n)
}

// sunk keeps what is allocated from being optimized away.
var sunk []byte
