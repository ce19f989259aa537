package fakeserver

import (
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

func TestWhatIsOnItsWayTakesNoRoomUntilItHasCome(t *testing.T) {
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

func TestThereIsABoundForWhatIsOnItsWay(t *testing.T) {
	q := &queue{limit: 256 << 10}
	for range maxWaiting >> 20 {
		q.put(pass(make([]byte, 1<<20), time.Hour))
	}
	wantRoom(t, q, 0, "with 64 MiB on their way")
}

func TestAFullQueueHasNoRoomForCrumbs(t *testing.T) {
	q := &queue{limit: 256 << 10}
	q.put(pass(make([]byte, 256<<10), 0))
	wantRoom(t, q, 0, "when it is full")
	q.read(make([]byte, minRefill-1))
	wantRoom(t, q, 0, "when a piece less one byte is read")
	q.read(make([]byte, 1))
	wantRoom(t, q, minRefill, "when a piece is read")
	q.read(make([]byte, 1))
	wantRoom(t, q, minRefill+1, "from then on")
}

func TestWidenIsForGood(t *testing.T) {
	q := &queue{limit: 256 << 10}
	q.widen(1 << 20)
	q.widen(1 << 10)
	wantRoom(t, q, 1<<20, "when it was widened")
	q.widen(1 << 40)
	wantRoom(t, q, maxWaiting, "when it was widened beyond all bounds")
}

func TestReadJoinsWhatNobodyCut(t *testing.T) {
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
func TestDueIsARunOfBytes(t *testing.T) {
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
