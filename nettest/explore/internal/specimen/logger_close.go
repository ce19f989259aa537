package specimen

import "time"

// closeWaits tries to deliver a line until it can, with a pause that doubles, and its Close waits for that:
// while the collector is down, the program can't end.
//
// As in github.com/fluent/fluent-logger-golang/issues/71, github.com/moby/moby/issues/40063.
type closeWaits struct {
	queue
	wire wire
}

func newCloseWaits(dial Dialer) Logger {
	l := &closeWaits{queue: queue{lines: make(chan string, 100)}, wire: wire{dial: dial}}
	l.sent.Go(l.send)
	return l
}

func (l *closeWaits) send() {
	for line := range l.lines {
		for pause := time.Millisecond; !l.wire.deliver(line); pause = min(2*pause, time.Second) {
			time.Sleep(pause)
		}
	}
}

// deliver sends a line, and hangs up if it can't.
func (w *wire) deliver(line string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.sendLocked(line + "\n"); err != nil {
		w.hangUpLocked()
		return false
	}
	return true
}

func (l *closeWaits) Close() error {
	l.finish()
	l.sent.Wait()
	return l.wire.Close()
}

// closeDrops tells its goroutine to stop, and that does at once, whatever is in the queue.
//
// As in github.com/beego/beego/pull/1639, github.com/authzed/spicedb/pull/2779.
type closeDrops struct {
	queue
	wire wire
	stop chan struct{} // closed by Close
}

func newCloseDrops(dial Dialer) Logger {
	l := &closeDrops{queue: queue{lines: make(chan string, 100)}, wire: wire{dial: dial}, stop: make(chan struct{})}
	l.sent.Go(l.send)
	return l
}

func (l *closeDrops) send() {
	for {
		select {
		case line := <-l.lines:
			l.deliver(line)
		case <-l.stop:
			return
		}
	}
}

// deliver sends a line until that works, or it has to stop.
func (l *closeDrops) deliver(line string) {
	for pause := time.Millisecond; !l.wire.deliver(line); pause = min(2*pause, timeout) {
		select {
		case <-time.After(pause):
		case <-l.stop:
			return
		}
	}
}

func (l *closeDrops) Close() error {
	close(l.stop)
	l.sent.Wait()
	l.finish()
	return l.wire.Close()
}

// panicsAfterClose closes its queue, and a line that comes later is sent on it.
//
// As in github.com/fluent/fluent-logger-golang/pull/93, github.com/beego/beego/pull/4004.
type panicsAfterClose struct{ closeWaits }

func newPanicsAfterClose(dial Dialer) Logger {
	l := &panicsAfterClose{closeWaits{queue: queue{lines: make(chan string, 100)}, wire: wire{dial: dial}}}
	l.sent.Go(l.send)
	return l
}

func (l *panicsAfterClose) Print(line string) error {
	select {
	case l.lines <- line:
		return nil
	default:
		return errFull
	}
}

// send gives a line up after a few tries.
func (l *panicsAfterClose) send() {
	for line := range l.lines {
		for try := 0; try < 3 && !l.wire.deliver(line); try++ {
			time.Sleep(10 * time.Millisecond)
		}
	}
}
