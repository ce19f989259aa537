package nettest

import (
	"sync"
	"time"
)

// A deadline makes blocked calls return. Its methods need the lock of the cond that it
// wakes. The first set makes the timer, so that it belongs to the caller's bubble.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

// set sets the deadline. What waits on cond is woken when it has passed.
func (d *deadline) set(t time.Time, cond *sync.Cond) {
	d.at = t
	if t.IsZero() {
		d.stop()
		return
	}
	wait := time.Until(t)
	switch {
	case wait <= 0:
		d.stop()
		cond.Broadcast()
	case d.timer == nil:
		d.timer = time.AfterFunc(wait, func() { d.fire(cond) })
	default:
		d.timer.Reset(wait)
	}
}

// fire wakes what waits on cond, unless the timer was early, as it is when the clock was
// set back.
func (d *deadline) fire(cond *sync.Cond) {
	cond.L.Lock()
	defer cond.L.Unlock()
	if d.passed() {
		cond.Broadcast()
	} else if !d.at.IsZero() {
		d.timer.Reset(time.Until(d.at))
	}
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

// passed reports whether there is a deadline and it has passed.
func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }
