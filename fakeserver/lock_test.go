package fakeserver

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLockIsHandedOverInTheOrderOfArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lock
		l.lock()
		var all sync.WaitGroup
		var order []int // under l
		for i := range 5 {
			all.Go(func() {
				l.lock()
				defer l.unlock()
				order = append(order, i)
				time.Sleep(time.Minute) // others wait on a channel: else time would stand still
			})
			synctest.Wait()
		}
		if l.tryLock() {
			t.Error("tryLock got a lock that is held")
		}
		l.unlock()
		if l.tryLock() {
			t.Error("tryLock overtook those that wait")
		}
		all.Wait()
		for i, n := range order {
			if n != i {
				t.Fatalf("the order is %v", order)
			}
		}
		if !l.tryLock() {
			t.Error("tryLock did not get a free lock")
		}
	})
}

func TestLockWithinGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l lock
		l.lock()
		began := time.Now()
		if l.lockWithin(time.Second) || time.Since(began) != time.Second {
			t.Errorf("lockWithin a second gave up after %v", time.Since(began))
		}
		time.AfterFunc(time.Second, l.unlock)
		if !l.lockWithin(time.Minute) || time.Since(began) != 2*time.Second {
			t.Errorf("lockWithin a minute returned after %v, want 2 s: whatever gave up is out of the line", time.Since(began))
		}
	})
}

func TestLockUnlessTakesAFreeLockInAnyCase(t *testing.T) {
	stop := make(chan struct{})
	close(stop)
	var l lock
	if !l.lockUnless(stop) {
		t.Error("lockUnless did not take a free lock")
	}
	if l.lockUnless(stop) {
		t.Error("lockUnless waits though it is to stop")
	}
}

// What gives up at the moment in which the lock is handed to it has it, or hands it on.
func TestLockIsNotLostWithWhatGivesUp(t *testing.T) {
	var l lock
	var all sync.WaitGroup
	held := 0 // under l
	for range 8 {
		all.Go(func() {
			for range 2000 {
				stop := make(chan struct{})
				go close(stop)
				if l.lockUnless(stop) {
					if held++; held != 1 {
						t.Error("two hold the lock")
					}
					held--
					l.unlock()
				}
			}
		})
	}
	all.Wait()
	if !l.tryLock() {
		t.Error("the lock is held though nothing has it")
	}
}
