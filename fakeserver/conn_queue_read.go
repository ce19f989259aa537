package fakeserver

import (
	"io"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// How a Read gets what is due: all that it would get from a socket where the same had
// arrived.

// read copies into p what is due, up to the next boundary or error. If that is
// nothing, it returns the error that is due, or when something will be (zero:
// nothing waits). A rule's error stays: every further read gets it.
func (q *queue) read(p []byte) (n int, due time.Time, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	if len(p) == 0 || q.waitsLocked(int64(len(p)), now) {
		return 0, due, nil
	}
	for len(q.items) > 0 && !q.hidden {
		it := &q.items[0]
		if it.due.After(now) {
			due = it.due
			break
		}
		if it.Op == decide.OpTell {
			q.told = append(q.told, it.Step)
			q.popLocked()
			continue
		}
		if n > 0 && (it.cut || it.err != nil || n == len(p)) {
			break
		}
		if it.err != nil {
			return 0, due, it.end()
		}
		m := copy(p[n:], it.Data)
		n += m
		if m < len(it.Data) {
			it.Data, it.From = it.Data[m:], min(it.From+int64(m), it.Offset+it.Taken)
			break
		}
		q.popLocked()
	}
	if n > 0 {
		q.bytes -= int64(n)
		q.changed.raise()
	}
	return n, due, nil
}

// takeTold returns the tells that reads have come to since the last call. It is the reading side's.
func (q *queue) takeTold() []decide.Step {
	told := q.told
	q.told = nil
	return told
}

// end returns the error that ends the stream. The client's RST gives its error to the next Read
// only, as a socket does; those after it get the end of the stream.
func (it *item) end() error {
	err := it.err
	if it.Op == decide.OpFinish {
		it.err = io.EOF
	}
	return err
}

// waitsLocked reports whether a Read with room for n bytes waits, for the first item or for what
// belongs to the last. It needs mu.
func (q *queue) waitsLocked(n int64, now time.Time) bool {
	n = min(n, maxWaiting)
	if len(q.items) > 0 && (!q.more || q.bytes >= n || q.last.After(now)) {
		q.wants = 0
		return false
	}
	if q.wants != n && q.more {
		q.changed.raise() // there may be room now
	}
	q.wants = n
	return true
}

// front returns the first item, and leaves it there.
func (q *queue) front() (item, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 || q.hidden {
		return item{}, false
	}
	return q.items[0], true
}

// expect says whether more has arrived than was put. While something is late, no Read waits for
// that.
func (q *queue) expect(more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.more = more && !q.last.After(time.Now()); !q.more {
		q.changed.raise()
	}
}

// expects reports what expect said last.
func (q *queue) expects() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.more
}
