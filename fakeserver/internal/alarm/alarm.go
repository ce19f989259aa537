// Package alarm wakes what waits for a time, and is less late than package time.
//
// A timer of package time is late by some hundred microseconds in a process that has nothing else to do: what waits for the
// network waits for timers, too, and that counts in milliseconds. Where the kernel has something better, one
// goroutine of the process waits by that for all who wait. It is there only while there are such.
package alarm

import (
	"time"
)

// A Grade says how late an alarm may be. None is ever early.
type Grade int

const (
	// Ordinary is as late as a timer of package time. Only this is for a testing/synctest bubble, where all are exact.
	Ordinary Grade = iota
	// Punctual is as late as the kernel is.
	Punctual
	// Precise is late by some microseconds, if there is a processor to be had: it keeps one busy for what the
	// kernel could be late, which comes before the time.
	Precise
)

// An Alarm is set for one time. The zero value never rings.
type Alarm struct {
	C     <-chan time.Time // gets the time when it rings
	timer *time.Timer
	item  *item
}

// Set returns an alarm that rings at a time; if that is zero, never. Its caller is to call Stop when it waits no longer.
func Set(at time.Time, g Grade) Alarm {
	switch {
	case at.IsZero():
		return Alarm{}
	case g == Ordinary || g == Punctual && !hasBetter:
		t := time.NewTimer(time.Until(at))
		return Alarm{C: t.C, timer: t}
	}
	c := make(chan time.Time, 1)
	it := &item{due: at, ring: func() { c <- time.Now() }}
	it.set(g)
	return Alarm{C: c, item: it}
}

// Func is Set for a function that is called in a goroutine of its own.
func Func(at time.Time, g Grade, f func()) Alarm {
	switch {
	case at.IsZero():
		return Alarm{}
	case g == Ordinary || g == Punctual && !hasBetter:
		return Alarm{timer: time.AfterFunc(time.Until(at), f)}
	}
	it := &item{due: at, ring: func() { callLocked(f) }}
	it.set(g)
	return Alarm{item: it}
}

// callLocked calls f in a goroutine. It needs mu.
func callLocked(f func()) {
	leaveLocked()
	go func() {
		defer hasLeft()
		f()
	}()
}

// Stop lets the alarm not ring, if it has not yet.
func (a Alarm) Stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
	if a.item != nil {
		a.item.stop()
	}
}
