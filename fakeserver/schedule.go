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
	changed chan struct{} // closed at the next put; nil while nobody waits
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
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// next waits for the first thing to be due. It reports false once c closes.
func (s *schedule[T]) next(c *core) (v T, ok bool) {
	for !c.isClosing() {
		v, due, changed := s.look()
		if changed == nil {
			return v, true
		}
		c.sleep(changed, nil, due)
	}
	return v, false
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
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return v, due, s.changed
}

// rest returns how many things wait, and drops them.
func (s *schedule[T]) rest() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.items)
	s.items = nil
	return n
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
