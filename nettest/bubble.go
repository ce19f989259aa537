package nettest

import (
	"cmp"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

// Bubble runs body in a [testing/synctest] bubble: on a Network, each of its waits takes virtual
// time and no real time. body's TB is a test of its own, whose cleanups run in the bubble
// and whose failures are t's.
//
// A bubble in which every goroutine waits forever fails t. So does one that stands still because
// a goroutine waits for a mutex, which does not count as waiting in a bubble: the clock stops, and no
// timeout ever comes. The failure shows first the records and the rules of the servers that were
// started with body's TB, and then what waits where. The goroutines of such a bubble can't be ended,
// and are left behind.
func Bubble(t *testing.T, body func(tb fakeserver.TB)) {
	t.Helper()
	in := &bubbleT{}
	end := inBubble(t, standstillInterval, func(t *testing.T) {
		in.T = t
		body(in)
	})
	in.report(t)
	switch {
	case end.stuck != "":
		if text := in.tell(); text != "" {
			t.Log(strings.TrimSuffix(text, "\n"))
		}
		t.Fatal(end.stuck)
	case end.failed:
		t.FailNow()
	}
}

// BubbleIn is Bubble for a test that is not a *testing.T, such as a Ginkgo spec:
//
//	nettest.BubbleIn(suite, GinkgoT(), func(tb fakeserver.TB) { … })
//
// suite is the *testing.T that runs all specs, which the suite's Test function has to
// keep. body must fail through its TB: its first Fatalf ends it, and after the bubble outer is told what
// failed, each failure beginning with its file and line: "client_test.go:42: …". Ginkgo itself can only
// point at the call of BubbleIn, or of a suite's helper around it that calls GinkgoHelper, since
// body is no longer on the stack. With Gomega, use NewGomega(tb.Fatalf) or
// NewWithT(tb), and not the global Expect. Nothing of the framework's that waits belongs in the bubble:
// neither its cleanups (use tb.Cleanup, which runs in the bubble) nor its contexts.
//
// A panic in body ends the bubble, and goes on outside; its stack is logged.
func BubbleIn(suite *testing.T, outer fakeserver.TB, body func(tb fakeserver.TB)) {
	outer.Helper()
	in := &bubbleTB{outer: outer, name: outer.Name(), failed: outer.Failed(), skipped: outer.Skipped()}
	interval := standstillInterval
	watcher, watches := outer.(standstillWatcher)
	if watches {
		interval = cmp.Or(watcher.StandstillInterval(), interval)
	}
	end := inBubble(suite, interval, func(*testing.T) { in.run(func() { body(in) }) })
	if watches && end.still {
		watcher.StandsStill()
	}
	in.report(outer, end.stuck)
}

// A standstillWatcher has to know whether a bubble failed because its clock stands still, and may know sooner:
// one that does not take that for a failure has no need to be sure that no lock is held for that long.
type standstillWatcher interface {
	StandstillInterval() time.Duration // between two looks; 0: as for others
	StandsStill()
}
