package fakeserver

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestWaitGroupWaitsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g waitGroup
		if !g.waitFor(0) {
			t.Error("without goroutines, there is something to wait for")
		}
		for i := range 3 {
			g.Add(1)
			go func() {
				defer g.Done()
				time.Sleep(time.Duration(i+1) * time.Minute)
			}()
		}
		began := time.Now()
		if g.waitFor(2*time.Minute) || time.Since(began) != 2*time.Minute {
			t.Errorf("gave up after %v, want 2m0s", time.Since(began))
		}
		if !g.waitFor(time.Hour) || time.Since(began) != 3*time.Minute {
			t.Errorf("the last has ended after %v, want 3m0s", time.Since(began))
		}
	})
}

// It is used again after all have ended, as a server's is for its next connection.
func TestWaitGroupCountsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g waitGroup
		for range 2 {
			g.Add(2)
			if g.waitFor(time.Second) {
				t.Error("none of two has ended")
			}
			g.Done()
			time.AfterFunc(time.Second, g.Done)
			if g.waitFor(time.Millisecond) || !g.waitFor(time.Minute) {
				t.Error("one of two has ended, and the other does so in a second")
			}
		}
	})
}
