package scenarios

import (
	"sync/atomic"
	"time"

	"github.com/fakewire/fakewire/nettest/subject"
)

// afterStandstill calls f when progress was not called for d, until stop is called.
func afterStandstill(d time.Duration, f func()) (progress, stop func()) {
	var moved atomic.Bool
	stopped := make(chan struct{})
	go func() {
		tick := time.NewTicker(max(d/subject.Ticks, 1))
		defer tick.Stop()
		for still := 0; still < subject.Ticks; still++ {
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
