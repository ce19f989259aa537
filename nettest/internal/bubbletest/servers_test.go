package bubbletest

import (
	"path/filepath"
	"strings"
	"testing"
)

// wantInOrder checks that the text has the words, in order.
func wantInOrder(t *testing.T, out string, words ...string) {
	t.Helper()
	rest := out
	for _, w := range words {
		_, after, ok := strings.Cut(rest, w)
		if !ok {
			t.Errorf("no %q, or not after what comes before, in:\n%s", w, out)
			return
		}
		rest = after
	}
}

// wantStuck checks what a bubble that does not end reports about its servers, and then about
// its goroutines.
func wantStuck(t *testing.T, out, name string, record []string, failure string, places ...string) {
	t.Helper()
	words := append(append([]string{"servers_failing_test.go:"}, record...), failure)
	_, out, ok := strings.Cut(out, name)
	if !ok {
		t.Errorf("no %q", name)
	}
	for _, next := range []string{"=== RUN", "-----"} {
		out, _, _ = strings.Cut(out, next)
	}
	wantInOrder(t, out, words...)
	_, stacks, _ := strings.Cut(out, failure)
	for _, p := range places {
		if strings.Count(stacks, p) != 1 {
			t.Errorf("it does not show that one waits at %s:\n%s", p, stacks)
		}
	}
	for _, inner := range []string{"cond.go", "sema.go", "conn_in.go", "listener_accept.go", "testing.go", "synctest.go", "bubble_run.go"} {
		if strings.Contains(stacks, inner) {
			t.Errorf("it shows %s:\n%s", inner, stacks)
		}
	}
	if n := strings.Count(stacks, "\n"); n > 30 {
		t.Errorf("%d lines of stacks, want 30 at most:\n%s", n, stacks)
	}
}

var (
	deadlock  = []string{"rule reset.ToClient.1: not reached", "transcript of ", `"PING"`, "transcript of the other", `"datagram"`}
	leftAlone = []string{"transcript of ", `"PING"`, "close"}
)

const (
	allBlocked = "deadlock: all goroutines in bubble are blocked"
	someRemain = "deadlock: main bubble goroutine has exited but blocked goroutines remain"
)

func TestStuckBubblesShowTheirServersFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	t.Run("plain", func(t *testing.T) {
		out := runWith(t, "TestServers", "FAKEWIRE_ARTIFACTS="+dir)
		wantStuck(t, out, "=== RUN   TestServers/deadlocked", deadlock, allBlocked, lineIn(t, servers, "handler waits"), lineIn(t, servers, "client waits"))
		wantStuck(t, out, "=== RUN   TestServers/left", leftAlone, someRemain, lineIn(t, servers, "left behind"))
		wantInOrder(t, out, lineIn(t, servers, "bubble of cleanup")+": "+lineIn(t, servers, "Start in a bubble")+": fault: ")
		wantInOrder(t, out, lineIn(t, servers, "bubble of failed")+": servers_failing_test.go:", "transcript of TestServers/failed_already")
		wantInOrder(t, out, lineIn(t, servers, "real")+": "+lineIn(t, servers, "real")+": fakeserver: invalid config: real sockets stop the clock")
		if strings.Contains(out, " testing.go:") {
			t.Errorf("a failure is in package testing:\n%s", out)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
		if err != nil || len(files) != 5 { // two, one, one and one
			t.Errorf("%d files, %v; want 5", len(files), err)
		}
	})
	t.Run("in Ginkgo", func(t *testing.T) {
		out := runWith(t, "TestSuite", "FAKEWIRE_ARTIFACTS=")
		wantStuck(t, out, "servers in a bubble [It] is deadlocked", deadlock, allBlocked, lineIn(t, servers, "handler waits"), lineIn(t, servers, "client waits"))
		wantStuck(t, out, "servers in a bubble [It] leaves one behind", leftAlone, someRemain, lineIn(t, servers, "left behind"))
	})
}

const servers = "servers_failing_test.go"
