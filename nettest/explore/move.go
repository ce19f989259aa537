package explore

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/nettest/internal/words"
)

// A mover runs trials where the search is, but on sockets those that stand still in memory: there, a goroutine that waits for
// a lock stops the clock for the one that has it, and no deadline ever comes.
type mover struct {
	executor
	mu    sync.Mutex // guards still
	still map[string]bool
}

// try runs a trial. The first time that one stands still, that is its result, so that it can be put off until there are more: each
// takes real time, and on sockets it may be called by several goroutines at once.
func (m *mover) try(ctx context.Context, p fault.Plan) result {
	m.mu.Lock()
	still := m.still[keyOf(p)]
	m.mu.Unlock()
	r := m.executor.try(ctx, p, still)
	r.Moved = still
	if r.Locked {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.still == nil {
			m.still = map[string]bool{}
		}
		m.still[keyOf(p)] = true
	}
	return r
}

// trial runs a trial to its end, wherever that comes.
func (s *search) trial(ctx context.Context, p fault.Plan) result {
	r := s.try(ctx, p)
	if r.Locked {
		r = s.try(ctx, p)
	}
	return r
}

// isMoved reports whether a candidate is to be tried on sockets.
func (s *search) isMoved(c candidate) bool {
	return slices.ContainsFunc(s.moved, func(m candidate) bool { return keyOf(m.plan) == keyOf(c.plan) })
}

// tryMoved tries what stood still in memory, several at once. It does so also when the search is over: they have been counted.
func (s *search) tryMoved(ctx context.Context) error {
	for len(s.moved) > 0 {
		some := s.moved[:min(DefaultAbreast, len(s.moved))]
		s.moved = s.moved[len(some):]
		s.moves += len(some)
		if err := s.tryAbreast(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// noteMoved says that not all was in memory.
func (s *search) noteMoved() {
	if s.moves > 0 {
		s.notes = append(s.notes, fmt.Sprintf("tried on sockets: %s, since in memory a goroutine that waits for a lock stops the clock for the one that has it", words.Count(s.moves, "plan")))
	}
}
