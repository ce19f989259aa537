package specimen

import (
	"fmt"
	"io"
	"time"
)

// watchful has a queue and no acknowledgements. It looks whether its connection has ended, so that no line
// is written to one that has. A line whose write fails is sent again, whole, on a new connection; when
// the queue is full, a line is refused; and Close has so much time, and says how many lines it left.
type watchful struct {
	queue
	dial Dialer
	stop chan struct{} // closed by Close when its time is over
	left int           // lines that were not sent; for who has waited for sent
}

func newWatchful(dial Dialer) Logger {
	l := &watchful{queue: queue{lines: make(chan string, 64)}, dial: dial, stop: make(chan struct{})}
	l.sent.Go(l.run)
	return l
}

func (l *watchful) run() {
	var to *sink
	for line := range l.lines {
		var ok bool
		if to, ok = l.deliver(to, line); !ok {
			l.left++
		}
	}
	if to != nil {
		to.hangUp()
	}
}

// deliver sends a line, and connects again until it can, unless it has to stop. It returns the sink that
// it has then.
func (l *watchful) deliver(to *sink, line string) (*sink, bool) {
	for pause := time.Millisecond; ; pause = min(2*pause, timeout/2) {
		select {
		case <-l.stop:
			return to, false
		default:
		}
		if to = l.alive(to); to != nil {
			to.SetWriteDeadline(time.Now().Add(timeout))
			if _, err := io.WriteString(to, line+"\n"); err == nil {
				return to, true
			}
			to.hangUp()
			to = nil
		}
		select {
		case <-time.After(pause):
		case <-l.stop:
			return nil, false
		}
	}
}

// alive returns the sink if it has not ended, or else a new one; nil if there is none to be had.
func (l *watchful) alive(to *sink) *sink {
	if to != nil && !to.hasEnded() {
		return to
	}
	if to != nil {
		to.hangUp()
	}
	fresh, err := dialSink(l.dial, false)
	if err != nil {
		return nil
	}
	return fresh
}

func (l *watchful) Close() error {
	l.finish()
	timer := time.AfterFunc(timeout, func() { close(l.stop) })
	defer timer.Stop()
	l.sent.Wait()
	if l.left > 0 {
		return fmt.Errorf("%d lines are lost", l.left)
	}
	return nil
}
