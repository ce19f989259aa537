package scenarios

import (
	"sync"
	"sync/atomic"
	"time"
)

// pulseBeats is how often a pulse beats in the time that it is about, on a machine that
// is not too busy.
const pulseBeats = 32

// A pulse tells how much of the time that passed the process had for itself: a ticker
// drops the ticks that the process was too busy to take.
type pulse struct {
	beats atomic.Int64
	stop  func() // may be called again
}

// newPulse returns a pulse that beats once in each d.
func newPulse(d time.Duration) *pulse {
	done := make(chan struct{})
	p := &pulse{stop: sync.OnceFunc(func() { close(done) })}
	tick := time.NewTicker(max(d, 1))
	go func() {
		defer tick.Stop()
		p.beat(tick.C, done)
	}()
	return p
}

func (p *pulse) beat(tick <-chan time.Time, done <-chan struct{}) {
	for {
		select {
		case <-tick:
			p.beats.Add(1)
		case <-done:
			return
		}
	}
}

// count returns how often it has beaten.
func (p *pulse) count() int { return int(p.beats.Load()) }
