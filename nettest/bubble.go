package nettest

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/fakewire/fakewire/fakeserver"
)

// Bubble runs body in a [testing/synctest] bubble: on a Network, every wait of it takes virtual
// time and no real one. body's TB is a test of its own, whose cleanups run in the bubble
// and whose failures are t's.
//
// A bubble in which everybody waits for ever fails t, and the failure shows who waits where.
func Bubble(t *testing.T, body func(tb fakeserver.TB)) {
	t.Helper()
	if stuck := inBubble(t, func(t *testing.T) { body(t) }); stuck != "" {
		t.Fatal(stuck)
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
	stuck := inBubble(suite, func(*testing.T) { in.run(func() { body(tb) }) })
	in.report(outer, stuck)
}

// An artifactDirer has a directory for what a failing test leaves behind.
type artifactDirer interface{ ArtifactDir() string }

// inBubble runs f in a bubble. If it comes to a deadlock, it says so.
func inBubble(t *testing.T, f func(*testing.T)) (stuck string) {
	var bubble string
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		// The runtime's type for it has no name outside, but its words are documented.
		if text := fmt.Sprint(p); strings.HasPrefix(text, "deadlock: ") {
			stuck = text + "\n" + blocked(bubble)
			return
		}
		panic(p)
	}()
	synctest.Test(t, func(t *testing.T) {
		bubble = ownBubble()
		f(t)
	})
	return ""
}

// ownBubble returns what the goroutines of this bubble are marked with in stack traces.
func ownBubble() string {
	var buf [100]byte
	head, _, _ := strings.Cut(string(buf[:runtime.Stack(buf[:], false)]), "]")
	_, mark, _ := strings.Cut(head, "synctest")
	return "synctest" + mark + "]"
}

// blocked returns the stacks of the goroutines that are left in a bubble.
func blocked(bubble string) string {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var stuck []string
	for g := range strings.SplitSeq(string(buf), "\n\n") {
		if head, _, _ := strings.Cut(g, "\n"); strings.Contains(head, bubble) {
			stuck = append(stuck, g)
		}
	}
	return strings.Join(stuck, "\n\n")
}
