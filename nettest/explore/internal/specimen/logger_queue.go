package specimen

import (
	"sync"
	"time"
)

// dropsOnError has a queue, and a goroutine that sends. When a write fails it connects again, and goes on
// with the next line.
//
// As in github.com/gliderlabs/logspout/issues/318, github.com/fluent/fluent-logger-golang/issues/31.
type dropsOnError struct {
	queue
	wire wire
}

func newDropsOnError(dial Dialer) Logger {
	l := &dropsOnError{queue: queue{lines: make(chan string, 100)}, wire: wire{dial: dial, blind: true}}
	l.sent.Go(l.send)
	return l
}

func (l *dropsOnError) send() {
	l.wire.mu.Lock()
	defer l.wire.mu.Unlock()
	for line := range l.lines {
		if err := l.wire.sendLocked(line + "\n"); err != nil {
			l.wire.hangUpLocked()
		}
	}
}

func (l *dropsOnError) Close() error {
	l.finish()
	l.sent.Wait()
	return l.wire.Close()
}

// blocks has a queue with room for two lines, and waits when it is full: a collector that does not read
// stops the whole program.
//
// As in github.com/fluent/fluent-logger-golang/issues/44.
type blocks struct {
	dial  Dialer
	lines chan string
	done  chan struct{} // closed by Close
	sent  sync.WaitGroup
}

func newBlocks(dial Dialer) Logger {
	l := &blocks{dial: dial, lines: make(chan string, 2), done: make(chan struct{})}
	l.sent.Go(l.send)
	return l
}

func (l *blocks) Print(line string) error {
	select {
	case <-l.done:
		return errClosed
	default:
	}
	l.lines <- line
	return nil
}

func (l *blocks) send() {
	var to *sink
	for {
		select {
		case line := <-l.lines:
			to = l.deliver(to, line)
			continue
		default:
		}
		select {
		case line := <-l.lines:
			to = l.deliver(to, line)
		case <-l.done:
			if to != nil {
				to.hangUp()
			}
			return
		}
	}
}

// deliver sends a line, with a few tries. It returns the sink that it has then.
func (l *blocks) deliver(to *sink, line string) *sink {
	for range 3 {
		if to != nil && to.hasEnded() {
			to.hangUp()
			to = nil
		}
		if to == nil {
			var err error
			if to, err = dialSink(l.dial, false); err != nil {
				to = nil
				time.Sleep(10 * time.Millisecond)
				continue
			}
		}
		if _, err := to.Write([]byte(line + "\n")); err == nil {
			return to
		}
		to.hangUp()
		to = nil
	}
	return to
}

func (l *blocks) Close() error {
	close(l.done)
	l.sent.Wait()
	return nil
}
