package fakeserver

import (
	"container/heap"
	"sync"
	"time"
)

// A schedule holds things until they are due. What is due at the same time comes
// out in the order in which it went in.
type schedule[T any] struct {
	mu      sync.Mutex // guards what follows
	items   dueHeap[T]
	n       int64
	changed chan struct{} // closed at the next put or wake; nil while nothing waits
}

type dueItem[T any] struct {
	due   time.Time
	n     int64
	value T
}

// put adds v.
func (s *schedule[T]) put(due time.Time, v T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	heap.Push(&s.items, dueItem[T]{due, s.n, v})
	s.wakeLocked()
}

// wake lets whatever waits for a put look again.
func (s *schedule[T]) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wakeLocked()
}

// wakeLocked needs mu.
func (s *schedule[T]) wakeLocked() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// await waits for the first thing to be due, and leaves it there. It reports false if c closes before
// that.
func (s *schedule[T]) await(c *core) bool {
	for {
		closing := c.isClosing() // first: what was due when it began to is there
		due, changed := s.first()
		switch {
		case !due.IsZero() && !due.After(time.Now()):
			return true
		case closing:
			return false
		}
		c.sleep(changed, due)
	}
}

// first returns when the first thing is due (zero: there is none), and a channel that is
// closed at the next put.
func (s *schedule[T]) first() (due time.Time, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.items) > 0 {
		due = s.items[0].due
	}
	return due, s.changedLocked()
}

// look takes the first thing if it is due. If not, it returns when that will be
// (zero: there is none), and a channel that is closed at the next put.
func (s *schedule[T]) look() (v T, due time.Time, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.items) > 0 {
		if due = s.items[0].due; !due.After(time.Now()) {
			return heap.Pop(&s.items).(dueItem[T]).value, due, nil
		}
	}
	return v, due, s.changedLocked()
}

// changedLocked returns a channel that is closed at the next put. It needs mu.
func (s *schedule[T]) changedLocked() <-chan struct{} {
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

// eachDue calls f for what is due at now, in no order. f may change it.
func (s *schedule[T]) eachDue(now time.Time, f func(*T)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.items {
		if it := &s.items[i]; !it.due.After(now) {
			f(&it.value)
		}
	}
}

// rest takes everything, due or not, in no order.
func (s *schedule[T]) rest() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []T
	for _, it := range s.items {
		all = append(all, it.value)
	}
	s.items = nil
	return all
}

// dueHeap orders by due time, then by number.
type dueHeap[T any] []dueItem[T]

func (h dueHeap[T]) Len() int { return len(h) }
func (h dueHeap[T]) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].n < h[j].n
	}
	return h[i].due.Before(h[j].due)
}
func (h dueHeap[T]) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *dueHeap[T]) Push(x any)   { *h = append(*h, x.(dueItem[T])) }
func (h *dueHeap[T]) Pop() any {
	old := *h
	x := old[len(old)-1]
	old[len(old)-1] = dueItem[T]{}
	*h = old[:len(old)-1]
	return x
}
