package explore

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"sync"
	"time"
)

// How often a find is run again, and how long at most. In a bubble that the search itself runs in, it is as often as on sockets.
const (
	memoryConfirmations = 100
	socketConfirmations = 20
	confirmBound        = time.Minute
)

// A Rate is how often a find breaks the client. It is plain data.
type Rate struct{ Broken, Runs int }

// String returns the rate as "100 of 100", and how many runs would prove a fix if it is not always.
func (r Rate) String() string {
	text := fmt.Sprintf("%d of %d", r.Broken, r.Runs)
	if n := r.Proof(); n > 1 {
		text += fmt.Sprintf("; %d clean runs in a row would prove a fix", n)
	}
	return text
}

// Proof returns how many runs without a failure make it likely, by 95 %, that the bug is gone. If it
// failed each time, that is one. If it never failed, 0: nothing would.
func (r Rate) Proof() int {
	switch r.Broken {
	case 0:
		return 0
	case r.Runs:
		return 1
	}
	passes := 1 - float64(r.Broken)/float64(r.Runs)
	return int(math.Ceil(math.Log(0.05) / math.Log(passes)))
}

// confirm runs a find's plan again and again.
func (s *search) confirm(ctx context.Context, f *Find) {
	runs, abreast := memoryConfirmations, s.abreast
	if s.tried[keyOf(f.Plan)].Moved {
		abreast = DefaultAbreast
	}
	if abreast > 1 || s.cfg.Network != nil { // where what each leaves stays with those that follow
		runs = socketConfirmations
	}
	alone := abreast <= 1 || f.Breach.Oracle == Spins
	end := s.within(cmp.Or(s.cfg.FindBudget, confirmBound))
	for done := 0; done < runs && ctx.Err() == nil && (done == 0 || time.Now().Before(end)); {
		n := min(max(abreast, 1), runs-done)
		if alone {
			n = 1
		}
		results := make([]result, n)
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() { results[i] = s.trial(ctx, f.Plan) })
		}
		wg.Wait()
		for _, r := range results {
			if f.Rate.Runs++; r.Stuck {
				runs = min(runs, socketConfirmations) // each slows down whatever comes after it
			}
			if r.breaks(f.Breach) {
				f.Rate.Broken++
				f.Evidence, f.Outcome = r.Evidence, r.outcome
			}
		}
		done += n
	}
}
