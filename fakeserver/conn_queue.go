package fakeserver

import (
	"os"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// A queue holds decided steps until they are due, in their order. One side puts them, the other
// reads or pops them; one of the two is the handler's calls, to which the deadline applies.
type queue struct {
	limit int64 // of bytes waiting, without those on their way

	mu       sync.Mutex // guards what follows
	items    []item
	bytes    int64
	last     time.Time // when the latest item is due: nothing overtakes
	full     bool      // there is no room until there is enough for minRefill
	isCut    bool      // a boundary comes after the last item
	flights  []flight  // what Latency keeps on its way, in the order of arrival
	flying   int64     // the bytes of that
	puts     int       // how often put was called
	deadline time.Time
	ended    bool   // nothing is read or popped any more
	hidden   bool   // nothing is to be read for the moment
	more     bool   // what belongs to the last item is about to be put: a Read waits for it, or until it is full
	wants    int64  // how much a Read that waits has room for; 0: none does
	changed  change // of any of these

	told []decide.Step // what the reading side has come to, and is to tell: its own
}

// An item is a step and when it is due. A step with an error ends the stream.
type item struct {
	decide.Step
	due      time.Time
	err      error
	cut      bool // no read crosses from the item before to this one
	recorded bool // that its rule acts
	put      int  // which call of put brought it

	call func() // in place of the step, which has no Op
}

// A flight is bytes that a delay keeps on their way: it is not the other side that keeps them
// waiting.
type flight struct {
	until time.Time
	bytes int64
}

// minRefill is how much room there has to be after there was none, so that a queue isn't filled
// crumb by crumb.
const minRefill = 64 << 10

// wakeSlack is how late a reader may wake up for bytes that have come due, before they
// count as waiting for it. Without it the line would stand still meanwhile.
const wakeSlack = 3 * time.Millisecond

// maxWaiting is how much waits at most, whether or not it is on its way.
const maxWaiting = 64 << 20

// maxSteps is how many steps wait at most, about: as many as there are in 64 KiB that are cut
// into single bytes.
const maxSteps = 1 << 17

// put adds steps that were decided about together, each due after its delay. The other side
// sees all of them or none. It does not wait for room. It reports false, and adds nothing, once
// the queue has ended.
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
		q.changed.raise()
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
		q.changed.raise()
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
			q.flights = append(q.flights, flight{now.Add(s.Delay).Add(wakeSlack), int64(len(s.Data))})
			q.flying += int64(len(s.Data))
		}
	}
	q.items = append(q.items, it)
	q.bytes += int64(len(s.Data))
}

// hide keeps the reading side from what is there and comes, until show lets it see all at once.
func (q *queue) hide() { q.setHidden(true) }

func (q *queue) show() { q.setHidden(false) }

func (q *queue) setHidden(hidden bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.hidden = hidden
	q.changed.raise()
}

// awaitShown waits until nothing is hidden.
func (q *queue) awaitShown() {
	for {
		changed := q.next()
		q.mu.Lock()
		hidden := q.hidden
		q.mu.Unlock()
		if !hidden {
			return
		}
		<-changed
	}
}

// end says that nothing is read or popped any more, and returns how many bytes wait.
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
	q.limit = max(q.limit, min(n, maxWaiting))
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
	return q.changed.next()
}

// wake lets both sides look again.
func (q *queue) wake() {
	q.mu.Lock()
	q.changed.raise()
	q.mu.Unlock()
}

func (q *queue) setDeadline(t time.Time) {
	q.mu.Lock()
	q.deadline = t
	q.changed.raise()
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

// room returns how many bytes there is room for.
func (q *queue) room() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	landed := 0
	for now := time.Now(); landed < len(q.flights) && !q.flights[landed].until.After(now); landed++ {
		q.flying -= q.flights[landed].bytes
	}
	q.flights = q.flights[landed:]
	n := min(max(q.limit, q.wants)-(q.bytes-q.flying), maxWaiting-q.bytes)
	steps := maxSteps - len(q.items)
	if q.full = n <= 0 || steps <= 0 || q.full && (n < minRefill && q.bytes >= q.wants || steps < maxSteps/2); q.full {
		return 0
	}
	return n
}

// freeSteps returns how many steps there is room for.
func (q *queue) freeSteps() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int64(maxSteps - len(q.items))
}
