package explore

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// How often a find is run again, and how long at most. In a bubble that the search itself runs in, it is as often as on sockets.
const (
	memoryConfirmations = 100
	socketConfirmations = 20
	confirmBound        = time.Minute
	costlyConfirmations = 5
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

// isCostly reports whether each trial that shows a breach takes a processor for a while, or much memory. That is judged in
// trials that run alone.
func (b Breach) isCostly() bool { return b.Oracle == Spins || b.Oracle == Swells }

// confirm runs a find's plan again and again.
func (s *search) confirm(ctx context.Context, f *Find) {
	runs, abreast := memoryConfirmations, s.abreast
	if s.tried[keyOf(f.Plan)].Moved {
		abreast = DefaultAbreast
	}
	switch {
	case f.Breach.isCostly():
		runs = costlyConfirmations
	case abreast > 1 || s.cfg.Network != nil: // where what each leaves stays with those that follow
		runs = socketConfirmations
	}
	alone := abreast <= 1 || f.Breach.isCostly()
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
				f.Breach = r.Breaches[slices.IndexFunc(r.Breaches, f.Breach.same)] // in the words that the evidence bears out
				f.Evidence, f.Outcome = r.Evidence, r.outcome
			}
		}
		done += n
	}
}

// keepOnce keeps what can't be tried again in this process, which is the end of the search.
func (s *search) keepOnce(c candidate, r result, b Breach) error {
	why := fmt.Sprintf("it was seen once, and is as it was found: %s. With Config.Isolate it is run again and shrunk, and the search goes on", r.Harm)
	s.finds = append(s.finds, &Find{Plan: c.plan, Breach: b, Wave: c.wave, At: s.tally.Plans, Rate: Rate{1, 1}, Why: []string{why}, Evidence: r.Evidence, once: true})
	return errOver
}

// repeats is how often a plan is run again until it breaks the client a second time.
const repeats = 5

// repeats reports whether a plan breaks the client in that way again.
func (s *search) repeats(ctx context.Context, p fault.Plan, b Breach) bool {
	for range repeats {
		if s.trial(ctx, p).breaks(b) {
			return true
		}
	}
	return false
}

// forgetUnconfirmed makes a note of what broke the client and did not in any run since: it may have been the machine, or others.
func (s *search) forgetUnconfirmed() {
	s.finds = slices.DeleteFunc(s.finds, func(f *Find) bool {
		never := f.Rate.Runs > 0 && f.Rate.Broken == 0
		if never {
			s.notes = append(s.notes, fmt.Sprintf("plan %d broke the client, and not again in %d runs: %v\n%#v", f.At, f.Rate.Runs, f.Breach, f.Plan))
		}
		return never
	})
}
