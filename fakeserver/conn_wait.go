package fakeserver

import (
	"math"
	"net"
	"time"
)

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
	for {
		changed, alive := c.nextWhileAlive()
		if !alive {
			return false
		}
		select {
		case <-a:
			return true
		case <-b:
			return true
		case <-d:
			return true
		case <-timer:
			return true
		case <-changed:
		case <-c.core.closing:
			return false
		}
	}
}

// Waiting for the other end's kernel is polling, from often to seldom.
const (
	firstPoll  = 20 * time.Microsecond
	lastPoll   = 2 * time.Millisecond
	noProgress = 5 * time.Second
)

// A pollOutcome is what ends a poll.
type pollOutcome int

const (
	pollDone  pollOutcome = iota
	pollStuck             // nothing more has left for as long as was waited for
	pollEnded             // the connection ended, or the server
)

// poll asks how much is left of something at the other end, until it is told that this ends it,
// or less has not become of it within patience. Where a transport tells, by a channel that is
// closed when something has left, there is no need to ask before.
func (c *Conn) poll(patience time.Duration, tells func(net.Conn) <-chan struct{}, ask func() (left int, ends bool)) pollOutcome {
	pause, since, least := firstPoll, time.Now(), math.MaxInt
	for {
		told := tells(c.raw)
		left, ends := ask()
		switch {
		case ends:
			return pollDone
		case left < least:
			pause, since, least = firstPoll, time.Now(), left
		case time.Since(since) >= patience:
			return pollStuck
		}
		if told != nil {
			pause = time.Until(since.Add(patience))
		}
		if !c.sleep(told, time.Now().Add(pause)) {
			return pollEnded
		}
		pause = min(2*pause, lastPoll)
	}
}
