package fakeserver

import (
	"io"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// How a Read takes what is due: all that it would get from a socket where the same had
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
	for len(q.items) > 0 && !q.frozen {
		it := &q.items[0]
		if it.due.After(now) {
			due = it.due
			break
		}
		if n > 0 && (it.cut || it.err != nil || n == len(p)) {
			break
		}
		if it.err != nil {
			return 0, due, it.tell()
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
		q.wakeLocked()
	}
	return n, due, nil
}

// tell returns the error that ends the stream. What the client's RST gives, as a socket tells it,
// gives the next Read only, and those after it the end of the stream.
func (it *item) tell() error {
	err := it.err
	if it.Op == decide.OpFinish {
		it.err = io.EOF
	}
	return err
}

// waitsLocked reports whether a Read with room for n bytes waits, for the first item or for what
// belongs to the last. It needs mu.
func (q *queue) waitsLocked(n int64, now time.Time) bool {
	n = min(n, mostWaiting)
	if len(q.items) > 0 && (!q.more || q.bytes >= n || q.last.After(now)) {
		q.wants = 0
		return false
	}
	if q.wants != n && q.more {
		q.wakeLocked() // there may be room now
	}
	q.wants = n
	return true
}

// expect says whether more has arrived than was put. While something is late, nobody waits for that.
func (q *queue) expect(more bool) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.more = more && !q.last.After(time.Now()); !q.more {
		q.wakeLocked()
	}
}

// expects reports what was said last.
func (q *queue) expects() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.more
}
