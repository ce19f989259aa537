package fakeserver

import (
	"os"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// A queue holds decided steps until they are due, in their order. One side puts,
// one side takes; either may be the handler's, to which the deadline applies.
// The methods of a nil queue that only wake do nothing.
type queue struct {
	limit int64 // of bytes waiting, without those on their way

	mu       sync.Mutex // guards what follows
	items    []item
	bytes    int64
	last     time.Time // when the latest item is due: nothing overtakes
	full     bool      // there is no room before a piece fits
	isCut    bool      // a boundary lies behind the last item
	flights  []flight  // what Latency keeps on its way, in the order of arrival
	flying   int64     // the bytes of that
	puts     int       // how often put was called
	deadline time.Time
	ended    bool          // nobody takes any more
	frozen   bool          // nobody may take for the moment
	more     bool          // what belongs to the last item is about to be put: a Read waits for it, or until it is full
	wants    int64         // how much a Read that waits has room for; 0: none does
	changed  chan struct{} // closed at the next change; nil while nobody waits
}

// An item is a step and when it is due. A step with an error ends the stream.
type item struct {
	decide.Step
	due time.Time
	err error
	cut bool // no read crosses from the item before to this one
	put int  // which call of put brought it

	call func() // in place of the step, which has no Op
}

// A flight is bytes that a delay keeps on their way: the other side has no part
// in it that they wait.
type flight struct {
	until time.Time
	bytes int64
}

// piece is how much room there has to be after there was none.
const piece = 64 << 10

// wakeUp is how late a reader may wake up for bytes that have come due, before they
// count as waiting for it. Without it the line would stand still meanwhile.
const wakeUp = 3 * time.Millisecond

// mostWaiting is how much waits at most, whether or not it is on its way.
const mostWaiting = 64 << 20

// put adds steps that were decided about together, each due after its delay. Who takes
// gets to see all of them or none. It does not wait for room. It reports false, and adds
// nothing, once nobody takes any more.
func (q *queue) put(steps ...decide.Step) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended || len(steps) == 0 {
		return !q.ended
	}
	q.puts++
	for _, s := range steps {
		q.putLocked(s, nil)
	}
	if !q.more || q.bytes >= q.wants {
		q.wakeLocked()
	}
	return true
}

// putEnd is put for a step that ends the stream with err.
func (q *queue) putEnd(s decide.Step, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.ended {
		q.putLocked(s, err)
		q.more = false
		q.wakeLocked()
	}
}

// putLocked needs mu.
func (q *queue) putLocked(s decide.Step, err error) {
	it := item{Step: s, err: err, due: q.last, cut: q.isCut, put: q.puts}
	q.isCut = false
	if s.Op == decide.OpPass || s.Op == decide.OpFinish {
		now := time.Now()
		if due := s.Due(now); due.After(q.last) {
			it.due, q.last = due, due
		}
		if s.Delay > 0 {
			q.flights = append(q.flights, flight{now.Add(s.Delay).Add(wakeUp), int64(len(s.Data))})
			q.flying += int64(len(s.Data))
		}
	}
	q.items = append(q.items, it)
	q.bytes += int64(len(s.Data))
}

// freeze keeps the taking side from what is there and comes, until it is called
// with false.
func (q *queue) freeze(on bool) {
	q.mu.Lock()
	q.frozen = on
	q.wakeLocked()
	q.mu.Unlock()
}

// awaitThaw waits until the queue is not frozen.
func (q *queue) awaitThaw() {
	for {
		changed := q.next()
		q.mu.Lock()
		frozen := q.frozen
		q.mu.Unlock()
		if !frozen {
			return
		}
		<-changed
	}
}

// end says that nobody takes any more, and returns how many bytes wait.
func (q *queue) end() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	return q.bytes
}

func (q *queue) popLocked() {
	q.items[0] = item{}
	q.items = q.items[1:]
}

// cut puts a boundary, and d, between the last item and the next.
func (q *queue) cut(d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.isCut = true
	if now := time.Now(); d > 0 && q.last.Before(now) {
		q.last = now
	}
	q.last = q.last.Add(d)
}

// widen lets at least n bytes wait.
func (q *queue) widen(n int64) {
	q.mu.Lock()
	q.limit = max(q.limit, min(n, mostWaiting))
	q.mu.Unlock()
}

// waiting returns how many bytes wait.
func (q *queue) waiting() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes
}

// next returns a channel that is closed at the next change. Take it before
// looking, and no change is missed.
func (q *queue) next() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.changed == nil {
		q.changed = make(chan struct{})
	}
	return q.changed
}

func (q *queue) wake() {
	if q == nil {
		return
	}
	q.mu.Lock()
	q.wakeLocked()
	q.mu.Unlock()
}

func (q *queue) wakeLocked() {
	if q.changed != nil {
		close(q.changed)
		q.changed = nil
	}
}

func (q *queue) setDeadline(t time.Time) {
	q.mu.Lock()
	q.deadline = t
	q.wakeLocked()
	q.mu.Unlock()
}

// expiry returns the deadline, and os.ErrDeadlineExceeded once it has passed.
func (q *queue) expiry() (time.Time, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.deadline.IsZero() && !time.Now().Before(q.deadline) {
		return q.deadline, os.ErrDeadlineExceeded
	}
	return q.deadline, nil
}
