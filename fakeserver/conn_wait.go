package fakeserver

import (
	"math"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/alarm"
	"github.com/fakewire/fakewire/fakeserver/internal/socket"
)

// sleep waits for ch, for one of the given times (zero: never), or for the end of
// the connection or the server. It reports false at an end.
func (c *Conn) sleep(ch <-chan struct{}, times ...time.Time) bool {
	return c.sleepFor(ch, nil, earliest(times...))
}

// sleepFor waits for one of two channels, for a time (zero: never), or for the end
// of the connection or the server. It reports false at an end.
func (c *Conn) sleepFor(a, b <-chan struct{}, until time.Time) bool {
	return c.sleepForAny(until, a, b, nil)
}

// sleepForAny waits for one of three channels, for a time (zero: never), or for the end
// of the connection or the server. It reports false at an end.
func (c *Conn) sleepForAny(until time.Time, a, b, d <-chan struct{}) bool {
	return c.awaitAlarm(c.core.alarmAt(until), a, b, d)
}

// linger waits for ch, for about d, or for the end of the connection or the server: what it waits for has no time. It
// reports false at an end.
func (c *Conn) linger(ch <-chan struct{}, d time.Duration) bool {
	return c.awaitAlarm(alarm.Set(time.Now().Add(d), alarm.Ordinary), ch, nil, nil)
}

// awaitAlarm waits for one of three channels, for at, which it stops, or for the end of the connection or the server. It
// reports false at an end.
func (c *Conn) awaitAlarm(at alarm.Alarm, a, b, d <-chan struct{}) bool {
	defer at.Stop()
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
		case <-at.C:
			return true
		case <-changed:
		case <-c.core.ctx.Done():
			return false
		}
	}
}

// Waiting for the other end's kernel is polling, often at first and then less so.
const (
	firstPoll  = 20 * time.Microsecond
	lastPoll   = 2 * time.Millisecond
	noProgress = 5 * time.Second
)

// A pollOutcome is what ends a poll.
type pollOutcome int

const (
	pollDone  pollOutcome = iota
	pollStuck             // nothing has left within patience
	pollEnded             // the connection ended, or the server
)

// poll asks how much is left of something at the other end, until the answer ends it, or until
// none of it has left within patience. A transport may tell, by a channel that it closes, when
// some has left: then there is no need to ask before.
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
		if !c.linger(told, pause) {
			return pollEnded
		}
		pause = min(2*pause, lastPoll)
	}
}

// awaitDelivery waits until the client's kernel has everything that was written: only then an
// RST does not overtake it. It gives up after noProgress, or when the server closes, and
// returns how many bytes are missing.
func (c *Conn) awaitDelivery() (missing int64) {
	c.poll(noProgress, socket.Acked, func() (left int, ends bool) {
		left, err := socket.Undelivered(c.raw)
		missing = int64(left)
		return left, err != nil || left == 0
	})
	return missing
}

// undelivered returns how many written bytes the client's kernel does not have, or 0
// where that can't be known.
func (c *Conn) undelivered() int64 {
	n, _ := socket.Undelivered(c.raw)
	return int64(n)
}
