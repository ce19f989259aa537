package specimen

import (
	"sync"
	"time"
)

// resendsBatch sends what has come together in batches. When a line of one fails, it sends the batch again
// on a new connection, from its first line on.
//
// As in github.com/axoflow/axosyslog/pull/303, github.com/flynn/flynn/pull/2269.
type resendsBatch struct {
	wire
	lines []string
	done  chan struct{} // closed by Close
	sent  sync.WaitGroup
}

func newResendsBatch(dial Dialer) Logger {
	l := &resendsBatch{wire: wire{dial: dial}, done: make(chan struct{})}
	l.sent.Go(l.run)
	return l
}

func (l *resendsBatch) Print(line string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return errClosed
	}
	l.lines = append(l.lines, line)
	return nil
}

func (l *resendsBatch) run() {
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			l.flush()
		case <-l.done:
			return
		}
	}
}

func (l *resendsBatch) flush() (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for range 3 {
		if err = l.sendAllLocked(); err == nil {
			l.lines = nil
			return nil
		}
		l.hangUpLocked()
	}
	return err
}

func (l *resendsBatch) sendAllLocked() error {
	for _, line := range l.lines {
		if err := l.sendLocked(line + "\n"); err != nil {
			return err
		}
	}
	return nil
}

func (l *resendsBatch) Close() error {
	close(l.done)
	l.sent.Wait()
	err := l.flush()
	l.wire.Close()
	return err
}
