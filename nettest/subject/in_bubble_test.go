package subject

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestInBubbleTimeIsTheBubbles(t *testing.T) {
	began, took := time.Now(), make(chan time.Duration, 1)
	said, err := InBubble(t.Context(), t, 0, 0, func() {
		began := time.Now()
		time.Sleep(time.Hour)
		took <- time.Since(began)
	})
	if said != "" || err != nil || <-took != time.Hour || time.Since(began) >= time.Hour {
		t.Errorf("InBubble = %q, %v after %v", said, err, time.Since(began))
	}
}

// What is left in a bubble is named, whether or not f has returned.
func TestInBubbleSaysWhatIsLeft(t *testing.T) {
	for _, returns := range []bool{true, false} {
		returned := make(chan bool, 1)
		said, err := InBubble(t.Context(), t, 0, 0, func() {
			go waitsInside(make(chan bool))
			if !returns {
				waitsInside(make(chan bool))
			}
			returned <- true
		})
		if err != nil || !strings.HasPrefix(said, "deadlock: ") || !strings.Contains(said, "subject.waitsInside(") {
			t.Errorf("InBubble = %q, %v, want a deadlock in waitsInside", said, err)
		}
		if got := len(returned) == 1; got != returns {
			t.Errorf("f has returned: %t, want %t", got, returns)
		}
	}
	if t.Failed() {
		t.Error("the test has failed by that, or by what comes of it")
	}
}

// What waits for a lock stops the clock for the others. That is seen at the fifth look.
func TestInBubbleStandsStill(t *testing.T) {
	const look = 20 * time.Millisecond
	var mu sync.Mutex
	mu.Lock()
	leavesBehind(t, mu.Unlock, func() {
		began := time.Now()
		said, err := InBubble(t.Context(), t, time.Minute, look, func() { waitsForLock(&mu) })
		if !errors.Is(err, ErrStandstill) || !strings.Contains(said, "subject.waitsForLock(") {
			t.Errorf("InBubble = %q, %v, want ErrStandstill, and where", said, err)
		}
		if took := time.Since(began); took < 5*look {
			t.Errorf("after %v", took)
		}
	})
}

func waitsForLock(mu *sync.Mutex) { mu.Lock() }

func TestInBubbleIsBoundedInRealTime(t *testing.T) {
	var enough atomic.Bool
	leavesBehind(t, func() { enough.Store(true) }, func() {
		began := time.Now()
		said, err := InBubble(t.Context(), t, 100*time.Millisecond, 0, func() {
			for !enough.Load() { // works without a pause
				runtime.Gosched()
			}
		})
		if said != "" || !errors.Is(err, ErrEndless) || !strings.Contains(err.Error(), "after 100ms of real time") {
			t.Errorf("InBubble = %q, %v, want ErrEndless", said, err)
		}
		if took := time.Since(began); took < 100*time.Millisecond {
			t.Errorf("after %v", took)
		}
	})
}

func TestInBubbleIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	outside := make(chan bool)
	leavesBehind(t, func() { close(outside) }, func() {
		said, err := InBubble(ctx, t, time.Hour, 0, func() {
			cancel(why)
			<-outside // during which the bubble's clock stands still
		})
		if said != "" || !errors.Is(err, ErrInterrupted) || !errors.Is(err, why) {
			t.Errorf("InBubble = %q, %v, want ErrInterrupted and %v", said, err, why)
		}
	})
}

// leavesBehind wants f to leave goroutines behind, which end when end is called: before the test does, whose bubble theirs is.
func leavesBehind(t *testing.T, end, f func()) {
	t.Helper()
	Branded(t.Context(), func(b Brand) error {
		f()
		if len(b.Goroutines()) == 0 {
			t.Error("nothing is left behind")
		}
		end()
		if left := NothingLeft(t.Context(), patience, b.Goroutines); len(left) > 0 {
			t.Errorf("what was left behind does not end:\n%s", strings.Join(left, "\n\n"))
		}
		return nil
	})
}

func TestInBubbleAPanicGoesOn(t *testing.T) {
	defer func() {
		if said := fmt.Sprint(recover()); !strings.Contains(said, "ouch") || !strings.Contains(said, "in_bubble_test.go:") {
			t.Errorf("InBubble panics with %q, want ouch, and where", said)
		}
	}()
	InBubble(t.Context(), t, 0, 0, func() { panic("ouch") })
}

func TestInBubbleThereIsNoBubbleInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if said := fmt.Sprint(recover()); !strings.Contains(said, "within a synctest bubble") {
				t.Errorf("InBubble panics with %q", said)
			}
		}()
		InBubble(t.Context(), t, 0, 0, func() {})
	})
}
