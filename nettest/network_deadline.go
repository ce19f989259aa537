package nettest

import (
	"sync"
	"time"
)

// A deadline makes blocked calls return. Its methods need the lock of the cond that it
// wakes. Its timer is made by who sets it first, in whose bubble it is to stay.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

// set sets the deadline, and sees to it that those who wait on cond look at it in time.
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

// fire wakes those who wait on cond, or tries again: a clock that was set back makes a
// timer early.
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

// passed reports whether the deadline, if there is one, is over.
func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }
