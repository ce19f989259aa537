package fakeserver

import (
	"os"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// A queue holds decided steps until they are due, in their order. One side puts,
// one side takes; either may be the handler's, to which the deadline applies.
// The methods of a nil queue that only wake do nothing.
type queue struct {
	limit int64 // of bytes waiting

	mu       sync.Mutex // guards what follows
	items    []item
	bytes    int64
	last     time.Time // when the latest item is due: nothing overtakes
	deadline time.Time
	ended    bool          // nobody takes any more
	frozen   bool          // nobody may take for the moment
	changed  chan struct{} // closed at the next change; nil while nobody waits
}

// An item is a step and when it is due. A step with an error ends the stream.
type item struct {
	fault.Step
	due time.Time
	err error
}

// put adds a step that is due after its delay. It does not wait for room. It
// reports false, and adds nothing, once nobody takes any more.
func (q *queue) put(s fault.Step, err error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return false
	}
	it := item{Step: s, err: err, due: q.last}
	if s.Op == fault.OpPass || s.Op == fault.OpFinish {
		if due := s.Due(time.Now()); due.After(q.last) {
			it.due, q.last = due, due
		}
	}
	q.items = append(q.items, it)
	q.bytes += int64(len(s.Data))
	q.wakeLocked()
	return true
}

// freeze keeps the taking side from what is there and comes, until it is called
// with false.
func (q *queue) freeze(on bool) {
	q.mu.Lock()
	q.frozen = on
	q.wakeLocked()
	q.mu.Unlock()
}

// end says that nobody takes any more, and returns how many bytes wait.
func (q *queue) end() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended = true
	return q.bytes
}

// front returns the first item without taking it.
func (q *queue) front() (item, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 || q.frozen {
		return item{}, false
	}
	return q.items[0], true
}

// take removes n bytes of the first item, and the item once it is empty.
func (q *queue) take(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes -= int64(n)
	q.wakeLocked()
	if it := &q.items[0]; n < len(it.Data) {
		it.Data, it.Offset = it.Data[n:], it.Offset+int64(n)
		return
	}
	q.items[0] = item{}
	q.items = q.items[1:]
}

// pause puts d between the last item and the next.
func (q *queue) pause(d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if now := time.Now(); d > 0 && q.last.Before(now) {
		q.last = now
	}
	q.last = q.last.Add(d)
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

// sleep waits for ch, for one of the given times (zero: never), or for the end of
// the connection or the server. It reports false at an end.
func (c *Conn) sleep(ch <-chan struct{}, times ...time.Time) bool {
	return c.sleepFor(ch, nil, earliest(times))
}

// earliest returns the earliest of some times that is not zero, or zero.
func earliest(times []time.Time) (until time.Time) {
	for _, t := range times {
		if until.IsZero() || !t.IsZero() && t.Before(until) {
			until = t
		}
	}
	return until
}

// sleepFor waits for one of two channels, for a time (zero: never), or for the end
// of the connection or the server. It reports false at an end.
func (c *Conn) sleepFor(a, b <-chan struct{}, until time.Time) bool {
	var timer <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(time.Until(until))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-a:
	case <-b:
	case <-timer:
	case <-c.dead:
		return false
	case <-c.rst: // nothing can be delivered any more
		return false
	case <-c.srv.closing:
		return false
	}
	return true
}

// sleep waits for ch, for one of the given times (zero: never), for end, or for the
// server to close. It reports false at the last two.
func (c *core) sleep(ch, end <-chan struct{}, times ...time.Time) bool {
	var timer <-chan time.Time
	if until := earliest(times); !until.IsZero() {
		t := time.NewTimer(time.Until(until))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ch:
		return true
	case <-timer:
		return true
	case <-end:
		return false
	case <-c.closing:
		return false
	}
}
