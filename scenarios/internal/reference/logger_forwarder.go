package reference

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// NetworkLogger returns a TCP logger that keeps every promise except
// LosesNothingInAReset, which contradicts ResendsNothingTwice, and LinesBeforeAnExitArrive: the
// standard one, in front of a forwarder.
func NetworkLogger(within time.Duration) scenarios.NetworkLogger {
	return forwards(within, within/2)
}

// DropsItsQueue returns NetworkLogger with a Close that does not wait: what was not sent by
// then is lost. It breaks CloseFlushes, and no promise that is not about Close.
func DropsItsQueue(within time.Duration) scenarios.NetworkLogger { return forwards(within, 0) }

// FlushesOnAndOn breaks CloseIsBoundedInAnOutage: its Close takes ten times as long as it may.
func FlushesOnAndOn(within time.Duration) scenarios.NetworkLogger { return forwards(within, 10*within) }

// forwards returns a logger whose Close sends what is left for as long as lingers.
func forwards(within, lingers time.Duration) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		f := newForwarder(scenarios.NetworkOf(ctx), addr, within, lingers)
		l := newLog(f)
		return scenarios.Log{
			Print: func(line string) { l.Println(line) },
			Panic: func(line string) { l.Panicln(line) },
			Close: f.Close,
			Err:   f.Err,
			Lost:  f.Lost,
		}, nil
	}}
}

// maxQueued is how many lines may wait for the collector.
const maxQueued = 256

var errFull = errors.New("the collector does not keep up")

// A forwarder takes lines and sends them from a goroutine of its own, over a
// connection that comes back. It counts the lines that it lost: those for which
// there was no room, those that it could not send before it was closed, and those
// that a connection took that did not end in order. The last may have arrived;
// without an answer from the collector there is no telling.
type forwarder struct {
	account
	within time.Duration
	linger time.Duration // how long Close sends what is left
	dialer dialer
	queue  chan []byte
	stop   chan struct{} // closed when no line is to wait for room any more
	once   sync.Once     // for Close

	mu     sync.Mutex // guards closed, full, and sending on queue
	closed bool
	full   bool // a line has waited for room in vain, and there was none since

	sending context.Context // done when what is left is lost
	giveUp  context.CancelFunc
	link    *link         // of run; nil: not connected
	ended   chan struct{} // closed when run has returned
}

// newForwarder dials once, so that Err tells of a wrong address at once. That the collector is
// not there yet is no reason not to begin.
func newForwarder(network scenarios.Network, addr string, within, linger time.Duration) *forwarder {
	f := &forwarder{
		within: within,
		linger: linger,
		dialer: dialer{network: network, addr: addr, within: within},
		queue:  make(chan []byte, maxQueued),
		stop:   make(chan struct{}),
		ended:  make(chan struct{}),
	}
	f.sending, f.giveUp = context.WithCancel(context.Background())
	var err error
	if f.link, err = f.dialer.dial(f.sending); err != nil {
		f.note(err)
	}
	go f.run()
	return f
}

// Write takes the line p, waiting for room for most of what Print may take.
func (f *forwarder) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return 0, f.lose(1, net.ErrClosed)
	}
	if !f.put(bytes.Clone(p)) {
		return 0, f.lose(1, errFull)
	}
	return len(p), nil
}

// put reports whether there was room, or came to be. The lines after one that has
// waited in vain don't wait until there is some: their callers may have been waiting
// for the lock. The caller holds mu.
func (f *forwarder) put(line []byte) bool {
	select {
	case f.queue <- line:
		f.full = false
		return true
	default:
	}
	if f.full {
		return false
	}
	t := time.NewTimer(f.within * 3 / 4)
	defer t.Stop()
	select {
	case f.queue <- line:
		return true
	case <-t.C:
		f.full = true
	case <-f.stop:
	}
	return false
}

// Close sends what is left, for as long as linger, and reports whether lines were
// lost.
func (f *forwarder) Close() error {
	f.once.Do(f.close)
	if n := f.Lost(); n > 0 {
		return fmt.Errorf("%d lines may be lost: %w", n, f.Err())
	}
	return nil
}

func (f *forwarder) close() {
	close(f.stop)
	f.mu.Lock()
	f.closed = true
	close(f.queue)
	f.mu.Unlock()
	t := time.AfterFunc(f.linger, f.giveUp)
	defer t.Stop()
	<-f.ended
	f.giveUp()
}

// run sends lines until the forwarder is closed.
func (f *forwarder) run() {
	defer close(f.ended)
	for line := range f.queue {
		f.send(line)
	}
	if f.link != nil {
		f.settle(f.link.finish())
	}
}

// send sends one line. If the connection took only a part of it, all of it is sent
// again on the next.
func (f *forwarder) send(line []byte) {
	for f.connect() {
		err := f.link.write(line)
		if err == nil {
			return
		}
		f.settle(err)
	}
	f.lose(1, f.sending.Err())
}

// connect reports whether there is a connection. It dials until there is one, or
// nothing is to be sent any more.
func (f *forwarder) connect() bool {
	if f.link != nil && f.link.hasGone() {
		f.settle(f.link.err)
	}
	for f.link == nil && f.dialer.pause(f.sending) {
		var err error
		if f.link, err = f.dialer.dial(f.sending); err != nil {
			f.note(err)
		}
	}
	return f.link != nil
}

// settle ends the connection. If not in order, all lines that it took are in doubt.
func (f *forwarder) settle(err error) {
	f.link.close()
	if err != nil {
		f.lose(f.link.took, err)
	}
	f.link = nil
}
