package fakeserver

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

func pass(p []byte, delay time.Duration) decide.Step {
	return decide.Step{Op: decide.OpPass, Data: p, Delay: delay}
}

func wantRoom(t *testing.T, q *queue, want int64, when string) {
	t.Helper()
	if got := q.room(); got != want {
		t.Errorf("room = %d %s, want %d", got, when, want)
	}
}

func TestQueueRoomIgnoresBytesOnTheirWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue{limit: 256 << 10}
		q.put(pass(make([]byte, 100<<10), time.Second))
		wantRoom(t, q, 256<<10, "while 100 KiB are on their way")
		time.Sleep(time.Second)
		wantRoom(t, q, 256<<10, "when they have just come due")
		time.Sleep(wakeSlack)
		wantRoom(t, q, 156<<10, "when they have come")
		q.read(make([]byte, 50<<10))
		wantRoom(t, q, 206<<10, "when half of them are read")
	})
}

func TestQueueBoundsBytesOnTheirWay(t *testing.T) {
	q := &queue{limit: 256 << 10}
	for range maxWaiting >> 20 {
		q.put(pass(make([]byte, 1<<20), time.Hour))
	}
	wantRoom(t, q, 0, "with 64 MiB on their way")
}

func TestQueueThatWasFullHasNoRoomForCrumbs(t *testing.T) {
	q := &queue{limit: 256 << 10}
	q.put(pass(make([]byte, 256<<10), 0))
	wantRoom(t, q, 0, "when it is full")
	q.read(make([]byte, minRefill-1))
	wantRoom(t, q, 0, "when one byte too few is read")
	q.read(make([]byte, 1))
	wantRoom(t, q, minRefill, "when enough is read")
	q.read(make([]byte, 1))
	wantRoom(t, q, minRefill+1, "from then on")
}

func TestQueueWidenIsForGood(t *testing.T) {
	q := &queue{limit: 256 << 10}
	q.widen(1 << 20)
	q.widen(1 << 10)
	wantRoom(t, q, 1<<20, "when it was widened")
	q.widen(1 << 40)
	wantRoom(t, q, maxWaiting, "when it was widened beyond all bounds")
}

func TestQueueReadJoinsWhatIsNotCut(t *testing.T) {
	q := &queue{limit: 256 << 10}
	q.put(pass([]byte("ab"), 0))
	q.put(pass([]byte("cd"), 0))
	q.cut(0)
	q.put(pass([]byte("ef"), 0))
	q.put(pass([]byte("gh"), time.Hour))
	for _, want := range []string{"abc", "d", "ef", ""} {
		p := make([]byte, 3)
		if n, _, err := q.read(p); string(p[:n]) != want || err != nil {
			t.Errorf("read = %q, %v, want %q", p[:n], err, want)
		}
	}
}

// Bytes that came together and lie in a row are due as one write; others, and what came
// or comes later, are not.
func TestQueueDueIsARunOfBytes(t *testing.T) {
	q := &queue{limit: 256 << 10}
	row := []byte("abcdef")
	q.put(pass(row[:2], 0), pass(row[2:4], 0), pass([]byte("ef"), 0))
	q.put(pass(row[4:5], 0))
	q.put(pass(row[5:], 0))
	q.put(pass(row[4:], time.Hour))
	for _, want := range []int{2, 1, 1, 1, 0} {
		run, _ := q.due(nil)
		if len(run) != want {
			t.Errorf("%d are due, want %d", len(run), want)
		}
		q.pop(len(run))
	}
	if _, due := q.due(nil); time.Until(due) < 50*time.Minute {
		t.Errorf("the last is due in %v, want an hour", time.Until(due))
	}
}

func mark(delay time.Duration) decide.Step { return decide.Step{Op: decide.OpMark, Delay: delay} }

// What is reached right after some items counts as recorded, up to the first that waits.
func TestQueueReachEndsWithWhatWaits(t *testing.T) {
	stall := decide.Step{Op: decide.OpStall}
	for _, c := range []struct {
		why   string
		steps []decide.Step
		want  int
	}{
		{"bytes are in front", []decide.Step{pass([]byte("x"), 0), mark(0)}, 0},
		{"all are marks", []decide.Step{mark(0), mark(0)}, 2},
		{"a stop is one of them, and the last", []decide.Step{mark(0), stall, mark(0)}, 2},
	} {
		q := &queue{limit: 1 << 10}
		q.put(pass([]byte("first"), 0))
		q.put(c.steps...)
		if got := q.reach(1, stops); len(got) != c.want {
			t.Errorf("%s: %d are reached, want %d", c.why, len(got), c.want)
		}
		for i, it := range q.items[1:] {
			if it.recorded != (i < c.want) {
				t.Errorf("%s: item %d recorded = %v", c.why, i, it.recorded)
			}
		}
	}
}

func TestQueueShowsWhatWasHiddenAllAtOnce(t *testing.T) {
	q := &queue{limit: 1 << 10}
	q.hide()
	q.put(pass([]byte("ab"), 0))
	q.cut(0)
	q.putEnd(decide.Step{Op: decide.OpFinish}, io.EOF)
	p := make([]byte, 10)
	if n, _, err := q.read(p); n > 0 || err != nil {
		t.Errorf("read = %d, %v of what is hidden", n, err)
	}
	if _, ok := q.front(); ok {
		t.Error("front is hidden, and there")
	}
	q.show()
	if n, _, err := q.read(p); n != 2 || err != nil {
		t.Errorf("read = %d, %v, want 2", n, err)
	}
	if _, _, err := q.read(p); err != io.EOF {
		t.Errorf("read = %v, want EOF", err)
	}
}
