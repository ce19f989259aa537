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
