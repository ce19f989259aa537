package nettest_test

import (
	"bytes"
	"runtime"
	"testing"
	"time"
)

// A call runs in a goroutine of its own, and may block there.
type call struct {
	goroutine []byte // what its line in a dump of stacks begins with
	done      chan struct{}
	said      string // what came of it, once it is done
}

func begin(do func() string) *call {
	c := &call{done: make(chan struct{})}
	started := make(chan []byte)
	go func() {
		id := make([]byte, 64)
		id = id[:runtime.Stack(id, false)]
		started <- append([]byte("\n"), id[:bytes.IndexByte(id, '[')+1]...)
		c.said = do()
		close(c.done)
	}()
	c.goroutine = <-started
	return c
}

func (c *call) isDone() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// atRest reports whether each of the calls is done, or blocked: one on a socket in the poller, and one in
// memory on its condition. The scheduler knows that, so nothing is guessed from time.
func atRest(calls ...*call) bool {
	var dump []byte
	for _, c := range calls {
		if c.isDone() {
			continue
		}
		if dump == nil {
			dump = goroutines()
		}
		_, state, _ := bytes.Cut(dump, c.goroutine)
		blocked := bytes.HasPrefix(state, []byte("IO wait")) || bytes.HasPrefix(state, []byte("sync.Cond.Wait"))
		if !blocked && !c.isDone() {
			return false
		}
	}
	return true
}

func goroutines() []byte {
	for size := 1 << 16; ; size *= 2 {
		dump := make([]byte, size)
		if n := runtime.Stack(dump, true); n < size {
			return append([]byte("\n"), dump[:n]...)
		}
	}
}

// comesTrue waits until is holds. It gives up after a time that no machine needs.
func comesTrue(patience time.Duration, is func() bool) bool {
	for end := time.Now().Add(patience); !is(); {
		if time.Now().After(end) {
			return false
		}
		runtime.Gosched()
	}
	return true
}

func TestCallsAtRestAreBlockedOrDone(t *testing.T) {
	release := make(chan struct{})
	c := begin(func() string { <-release; return "done" })
	if atRest(c) {
		t.Error("a goroutine that waits for neither a socket nor a condition is at rest")
	}
	close(release)
	if <-c.done; !atRest(c) || c.said != "done" {
		t.Errorf("a call that is done is not at rest, or said %q", c.said)
	}
	for name, mk := range map[string]func() (*streamWorld, error){"memory": inMemory, "kernel": onKernel} {
		w, err := mk()
		if err != nil {
			t.Fatal(err)
		}
		c := begin(func() string { _, err := w.ends[0].c.Read(make([]byte, 1)); return w.ends[0].say(err) })
		if !comesTrue(differPatience, func() bool { return atRest(c) }) || c.isDone() {
			t.Errorf("%s: a Read that blocks is not at rest, or has returned", name)
		}
		w.stop()
		if <-c.done; !atRest(c) {
			t.Errorf("%s: a Read that has returned is not at rest", name)
		}
	}
}
