package fakeserver

import "time"

// sleep waits for ch, for one of the given times (zero: never), or for the end of
// the connection or the server. It reports false at an end.
func (c *Conn) sleep(ch <-chan struct{}, times ...time.Time) bool {
	return c.sleepFor(ch, nil, earliest(times))
}

// sleepFor waits for one of two channels, for a time (zero: never), or for the end
// of the connection or the server. It reports false at an end.
func (c *Conn) sleepFor(a, b <-chan struct{}, until time.Time) bool {
	return c.sleepForAny(until, a, b, nil)
}

// sleepForAny waits for one of three channels, for a time (zero: never), or for the end
// of the connection or the server. It reports false at an end.
func (c *Conn) sleepForAny(until time.Time, a, b, d <-chan struct{}) bool {
	var timer <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(time.Until(until))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-a:
	case <-b:
	case <-d:
	case <-timer:
	case <-c.dead:
		return false
	case <-c.rst: // nothing can be delivered any more
		return false
	case <-c.core.closing:
		return false
	}
	return true
}
