package explore

import (
	"context"
	"sync"
)

// maxAbreast is how many trials in which the client waits run at once, on sockets.
const maxAbreast = 8

// tryWave tries candidates. On sockets those in which the client waits come last, several at once;
// what comes of them is noted in their order.
func (s *search) tryWave(ctx context.Context, wave []candidate) error {
	var waiting []candidate
	for _, c := range wave {
		if s.abreast > 1 && c.waits() && s.has(c) {
			waiting = append(waiting, c)
		} else if _, err := s.attempt(ctx, c); err != nil {
			return err
		}
	}
	for len(waiting) > 0 {
		if err := s.spent(); err != nil {
			return err
		}
		n := min(s.abreast, len(waiting))
		if err := s.tryAbreast(ctx, waiting[:n]); err != nil {
			return err
		}
		waiting = waiting[n:]
	}
	return s.tryMoved(ctx)
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
