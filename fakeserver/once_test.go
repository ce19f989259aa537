package fakeserver

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnceIsDoneByTheFirstAndAwaitedByAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o once
		var all sync.WaitGroup
		calls, first := 0, 0
		var mu sync.Mutex
		for range 8 {
			all.Go(func() {
				began := time.Now()
				was := o.do(func() { calls++; time.Sleep(time.Minute) })
				if d := time.Since(began); d != time.Minute {
					t.Errorf("do returned after %v, want a minute", d)
				}
				mu.Lock()
				defer mu.Unlock()
				if was {
					first++
				}
			})
		}
		all.Wait() // the others' waits are on a channel: else time would stand still
		if calls != 1 || first != 1 {
			t.Errorf("%d calls, %d callers were the first; want 1 and 1", calls, first)
		}
	})
}

func TestOnceBeginsOnce(t *testing.T) {
	var o once
	if o.begun() || !o.begin() || !o.begun() || o.begin() {
		t.Error("begin and begun don't tell the first caller")
	}
	o.end()
	o.wait()
	if o.do(func() { t.Error("it is done twice") }) {
		t.Error("do after end says that it was the first")
	}
}

// Each that asks gets a channel that says it, before the end and after.
func TestOnceTellsThatItIsDone(t *testing.T) {
	var early, late once
	before := early.done()
	if isClosedChan(before) {
		t.Error("what has not begun is done")
	}
	early.do(func() {
		if isClosedChan(early.done()) {
			t.Error("what goes on is done")
		}
	})
	late.do(func() {})
	for name, ch := range map[string]<-chan struct{}{"before": before, "after": early.done(), "first after": late.done()} {
		if !isClosedChan(ch) {
			t.Errorf("a channel from %s the end does not say that it is done", name)
		}
	}
}

func TestOnceLetsGoWhenTheFirstExits(t *testing.T) {
	var o once
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		o.do(runtime.Goexit)
	}()
	<-exited
	o.do(func() { t.Error("it is done twice") })
}
