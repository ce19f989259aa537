package scenarios

import (
	"sync/atomic"
	"time"
)

// patienceTicks is how often somebody looks whether there was progress. On a machine
// that is too busy to make any, it is too busy to look, too: one timer alone would
// take its pause for a subject that waits.
const patienceTicks = 8

// afterStandstill calls f when progress was not called for d, until stop is called.
func afterStandstill(d time.Duration, f func()) (progress, stop func()) {
	var moved atomic.Bool
	stopped := make(chan struct{})
	go func() {
		tick := time.NewTicker(max(d/patienceTicks, 1))
		defer tick.Stop()
		for still := 0; still < patienceTicks; still++ {
			select {
			case <-tick.C:
			case <-stopped:
				return
			}
			if moved.Swap(false) {
				still = -1
			}
		}
		f()
	}()
	return func() { moved.Store(true) }, func() { close(stopped) }
}
