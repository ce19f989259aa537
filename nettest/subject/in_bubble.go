package subject

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/nettest"
)

// InBubble runs f in a testing/synctest bubble of t, in a goroutine of its own, and returns how that ended. t knows
// nothing of what comes of it.
//
// What the bubble has to say is that it could not end, since goroutines in it wait forever, and where; f may have returned
// all the same, which is for f itself to tell. The error wraps ErrStandstill if that is so because one of them waits for a lock,
// which stops the clock for the others. It wraps ErrEndless if the bubble has not ended after bound, which is
// real time (if zero, it may take forever), and ErrInterrupted if ctx is done before that. All of them leave the bubble behind. A
// panic in f goes on here, with its stack, and so does what keeps a bubble from being made.
//
// A bubble stands still if it does when it is looked at several times, which look is the time between. If zero, that is long enough
// for a lock to be held outside on a machine that is busy.
//
// f must not wait for what was made outside, and so not for ctx: while it does, the bubble's clock stands still.
func InBubble(ctx context.Context, t *testing.T, bound, look time.Duration, f func()) (said string, err error) {
	over := make(chan bubbleEnd, 1)
	go runInBubble(t, over, look, f)
	var late <-chan time.Time
	if bound > 0 {
		timer := time.NewTimer(bound)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case end := <-over:
		if end.panicked != nil {
			panic(end.panicked)
		}
		return end.said, end.err
	case <-late:
		return "", fmt.Errorf("after %v of real time %w", bound, ErrEndless)
	case <-ctx.Done():
		return "", interrupted(ctx)
	}
}

// bubbleEnd is how a bubble ended.
type bubbleEnd struct {
	said     string // of what is left in it
	err      error  // ErrStandstill, or nil
	panicked any
}

// runInBubble runs f in a bubble, and sends its end.
func runInBubble(t *testing.T, over chan<- bubbleEnd, look time.Duration, f func()) {
	tb := &bubbleTB{TB: t, look: look}
	defer func() {
		end := bubbleEnd{said: strings.Join(tb.said, "\n"), err: tb.err, panicked: recover()}
		if end.panicked != nil && end.said != "" {
			end.panicked = end.said // the same, with where it was
		}
		over <- end
	}()
	nettest.BubbleIn(t, tb, func(fakeserver.TB) { f() })
}

// A bubbleTB collects what nettest.BubbleIn has to say about f's bubble, and knows nothing
// of how its test fares.
type bubbleTB struct {
	fakeserver.TB // for Helper and Name
	look          time.Duration
	said          []string
	err           error
}

func (tb *bubbleTB) StandstillInterval() time.Duration { return tb.look }
func (tb *bubbleTB) StandsStill()                      { tb.err = ErrStandstill }

func (tb *bubbleTB) Failed() bool              { return false }
func (tb *bubbleTB) Skipped() bool             { return false }
func (tb *bubbleTB) Logf(f string, a ...any)   { tb.said = append(tb.said, fmt.Sprintf(f, a...)) }
func (tb *bubbleTB) Errorf(f string, a ...any) { tb.Logf(f, a...) }
func (tb *bubbleTB) Fatalf(f string, a ...any) { tb.Logf(f, a...) }
