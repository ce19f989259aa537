package nettest

import (
	"testing"
	"testing/synctest"
)

// The one goroutine that runs may be the last of many that wait.
func TestBubbleStacksAreThoseOfAllGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bubble
		b.mark.Store(ownMark())
		const many = 5000
		leave := make(chan bool)
		for range many {
			go func() { <-leave }()
		}
		synctest.Wait()
		if got := len(b.stacks()); got < many {
			t.Errorf("the stacks of %d goroutines, want those of %d and some more", got, many)
		}
		close(leave)
	})
}
