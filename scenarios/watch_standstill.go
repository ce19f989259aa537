package scenarios

import (
	"sync/atomic"
	"time"
)

// waitTicks is how many ticks make up a wait for a subject. A machine that is too busy
// for the subject to get on is too busy for the ticks, too; a single timer would take
// such a pause for the subject's.
const waitTicks = 8

// afterStandstill calls f when progress was not called for d, until stop is called.
func afterStandstill(d time.Duration, f func()) (progress, stop func()) {
	var moved atomic.Bool
	stopped := make(chan struct{})
	go func() {
		tick := time.NewTicker(max(d/waitTicks, 1))
		defer tick.Stop()
		for still := 0; still < waitTicks; still++ {
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
