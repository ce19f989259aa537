package fakeserver

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// How outbound's pump gets what it has to carry out: it looks at it first, and pops it when it
// is done.

// due appends to run the first items that can be carried out at once: the first
// of all if it is due, and if that is bytes to pass on, those after it that came with it,
// are due too and follow it in memory, so that they are written together. Later items are not
// merged, or the record would depend on scheduling. It pops nothing. If the first is not due,
// it returns when it will be (zero: there is none).
func (q *queue) due(run []item) ([]item, time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	for i, it := range q.items {
		switch {
		case it.due.After(now):
			return run, it.due
		case i > 0 && (it.put != run[0].put || !follows(it.Step, run[i-1].Step)):
			return run, time.Time{}
		}
		run = append(run, it)
	}
	return run, time.Time{}
}

// reach returns the marks, tells and stops, and what takes the server down, that are due after
// the first n items, up to the first that waits. They count as recorded from then on.
func (q *queue) reach(n int, waits func(decide.Step) bool) (steps []decide.Step) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	for i := n; i < len(q.items); i++ {
		it := &q.items[i]
		if it.due.After(now) || it.Op != decide.OpMark && it.Op != decide.OpTell && !stops(it.Step) && !takesDown(it.Step) {
			break
		}
		it.recorded = true
		if steps = append(steps, it.Step); waits(it.Step) {
			break
		}
	}
	return steps
}

// follows reports whether both steps pass bytes on, and next's directly follow
// last's in memory.
func follows(next, last decide.Step) bool {
	n := len(last.Data)
	return next.Op == decide.OpPass && last.Op == decide.OpPass && len(next.Data) > 0 && n > 0 &&
		cap(last.Data) > n && &last.Data[:n+1][n] == &next.Data[0]
}

// pop removes the first n items.
func (q *queue) pop(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for range n {
		q.bytes -= int64(len(q.items[0].Data))
		q.popLocked()
	}
	q.changed.raise()
}

// putCall adds a call that the pump makes after what waits. It reports false, and adds
// nothing, once the queue has ended.
func (q *queue) putCall(f func()) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return false
	}
	q.puts++
	q.items = append(q.items, item{due: q.last, put: q.puts, call: f})
	q.changed.raise()
	return true
}

// runRest makes the calls that wait in a queue that has ended.
func (q *queue) runRest() {
	q.mu.Lock()
	items := q.items
	q.mu.Unlock()
	for _, it := range items {
		if it.call != nil {
			it.call()
		}
	}
}
