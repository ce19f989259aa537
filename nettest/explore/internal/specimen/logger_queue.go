package specimen

import (
	"errors"
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

// requeues has a queue, and a goroutine that sends. When a line can't be sent it connects again, and the line goes back into
// the queue, behind those that came meanwhile.
//
// As in github.com/tulios/kafkajs/issues/822, github.com/wee-slack/wee-slack/issues/264.
type requeues struct {
	queue
	wire wire
	lost error // by the goroutine that sends
}

func newRequeues(dial Dialer) Logger {
	l := &requeues{queue: queue{lines: make(chan string, 100)}, wire: wire{dial: dial}}
	l.sent.Go(l.send)
	return l
}

func (l *requeues) send() {
	for line := range l.lines {
		if l.wire.deliver(line) {
			continue
		}
		time.Sleep(50 * time.Millisecond)
		if l.lost = l.Print(line); l.lost != nil {
			return // it is closed, and the collector is away
		}
	}
}

func (l *requeues) Close() error {
	l.finish()
	l.sent.Wait()
	return errors.Join(l.lost, l.wire.Close())
}
