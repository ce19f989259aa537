package nettest

import (
	"strings"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
)

// Bubble runs body in a [testing/synctest] bubble: on a Network, every wait of it takes virtual
// time and no real one. body's TB is a test of its own, whose cleanups run in the bubble
// and whose failures are t's.
//
// A bubble in which everybody waits for ever fails t. So does one that stands still because
// somebody waits for a mutex, which a bubble does not take for waiting: its clock stops, and no
// timeout ever comes. The failure shows first the records and the rules of the servers that were
// started with body's TB, and then what waits where. Nobody can end what is left in such bubbles; it
// is left behind.
func Bubble(t *testing.T, body func(tb fakeserver.TB)) {
	t.Helper()
	in := &bubbleT{}
	end := inBubble(t, func(t *testing.T) {
		in.T = t
		body(in)
	})
	in.say(t)
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

// BubbleIn is Bubble for a test that is no *testing.T, such as a Ginkgo spec:
//
//	nettest.BubbleIn(suite, GinkgoT(), func(tb fakeserver.TB) { … })
//
// suite is the *testing.T that runs all of them, which the suite's Test function has to
// keep. body fails by its TB only: its first Fatalf ends it, and when the bubble is gone, what
// failed is told to outer, each with its place in front: "client_test.go:42: …". Ginkgo itself can only
// point at the call of BubbleIn, or of a suite's helper around it that calls GinkgoHelper:
// body is not on its stack any more. With Gomega, take NewGomega(tb.Fatalf) or
// NewWithT(tb), and no global Expect. Nothing of the framework's that waits belongs into the bubble:
// neither its cleanups (tb.Cleanup runs in the bubble) nor its contexts.
//
// A panic in body ends the bubble, and goes on outside; its stack is logged.
func BubbleIn(suite *testing.T, outer fakeserver.TB, body func(tb fakeserver.TB)) {
	outer.Helper()
	in := &bubbleTB{outer: outer, name: outer.Name(), failed: outer.Failed(), skipped: outer.Skipped()}
	var tb fakeserver.TB = in
	if dirs, ok := outer.(artifactDirer); ok {
		tb = struct {
			*bubbleTB
			artifactDirer
		}{in, dirs}
	}
	end := inBubble(suite, func(*testing.T) { in.run(func() { body(tb) }) })
	in.report(outer, end.stuck)
}

// An artifactDirer has a directory for what a failing test leaves behind.
type artifactDirer interface{ ArtifactDir() string }
