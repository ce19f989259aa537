package explore

import (
	"context"
	"sync"
	"time"
)

// long is what a trial may take before those that do not wait run several at once, too.
const long = 50 * time.Millisecond

// tryWave tries candidates. On sockets those in which the client waits come last, several at once, and so do the
// others once they take long; what comes of them is noted in their order.
func (s *search) tryWave(ctx context.Context, wave []candidate) error {
	var quick, waiting []candidate
	for _, c := range wave {
		switch {
		case !s.has(c):
		case s.abreast > 1 && c.waits():
			waiting = append(waiting, c)
		default:
			quick = append(quick, c)
		}
	}
	for len(quick) > 0 {
		began, n := time.Now(), 1
		if s.slow {
			n = s.atOnce(quick)
		}
		if err := s.trySome(ctx, quick[:n]); err != nil {
			return err
		}
		s.slow = s.slow || s.abreast > 1 && time.Since(began) > long
		quick = quick[n:]
	}
	for len(waiting) > 0 {
		n := s.atOnce(waiting)
		if err := s.trySome(ctx, waiting[:n]); err != nil {
			return err
		}
		waiting = waiting[n:]
	}
	return s.tryMoved(ctx)
}

// atOnce returns how many of some candidates to try at once: no more than there are plans left.
func (s *search) atOnce(some []candidate) int {
	return max(min(s.abreast, len(some), s.cfg.Plans-s.tally.Plans), 1)
}

// trySome tries candidates at once, unless the search is over.
func (s *search) trySome(ctx context.Context, some []candidate) error {
	if len(some) == 1 {
		_, err := s.attempt(ctx, some[0])
		return err
	}
	if err := s.spent(); err != nil {
		return err
	}
	return s.tryAbreast(ctx, some)
}

// tryAbreast tries a few candidates at once.
func (s *search) tryAbreast(ctx context.Context, some []candidate) error {
	results := make([]result, len(some))
	var wg sync.WaitGroup
	for i, c := range some {
		if _, done := s.tried[keyOf(c.plan)]; !done {
			wg.Go(func() { results[i] = s.try(ctx, c.plan) })
		}
	}
	wg.Wait()
	for i, c := range some {
		if _, done := s.tried[keyOf(c.plan)]; done {
			continue
		}
		if s.tally.Plans >= s.cfg.Plans {
			return s.spent()
		}
		if err := s.note(ctx, c, results[i]); err != nil {
			return err
		}
	}
	return nil
}
