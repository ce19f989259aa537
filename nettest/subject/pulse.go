package subject

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Pulse tells how much of the time that passed the process had for itself: a ticker
// drops the ticks that the process was too busy to take. A subject that was slow while there were few beats may not be
// to blame.
type Pulse struct {
	beats atomic.Int64
	stop  func()
	over  sync.WaitGroup
}

// NewPulse returns a pulse that beats once in each d, until it is stopped.
func NewPulse(d time.Duration) *Pulse {
	done := make(chan struct{})
	p := &Pulse{stop: sync.OnceFunc(func() { close(done) })}
	tick := time.NewTicker(max(d, 1))
	p.over.Go(func() { p.beat(tick, done) })
	return p
}

// Count returns how often it has beaten.
func (p *Pulse) Count() int { return int(p.beats.Load()) }

// Stop stops it. It may be called again.
func (p *Pulse) Stop() {
	p.stop()
	p.over.Wait()
}

func (p *Pulse) beat(tick *time.Ticker, done <-chan struct{}) {
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.beats.Add(1)
		case <-done:
			return
		}
	}
}
