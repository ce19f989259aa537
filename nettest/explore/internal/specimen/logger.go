package specimen

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

// A Logger sends lines to a collector.
type Logger interface {
	// Print takes a line, without its end. An error says that it did not; if there is none, the line is
	// sent, or at least in a queue.
	Print(line string) error
	// Close sends what is in a queue and hangs up. An error says that lines are lost.
	Close() error
}

// collects takes lines, and says nothing.
var collects = fakeserver.Discard{}

// acknowledges answers each line with "ok".
var acknowledges = fakeserver.HandlerFunc(func(_ context.Context, c *fakeserver.Conn) error {
	for r := bufio.NewReader(c); ; {
		if _, err := r.ReadString('\n'); err != nil {
			return nil
		}
		if _, err := io.WriteString(c, "ok\n"); err != nil {
			return nil
		}
	}
})

// Loggers that don't take a line say why.
var (
	errClosed = errors.New("the logger is closed")
	errFull   = errors.New("the queue is full")
)

// A sink is a connection to a collector.
type sink struct {
	net.Conn
	ended chan struct{} // closed when it has ended; nil: nobody looks
}

// dialSink connects. Since the collector says nothing, it takes a goroutine that reads to learn that it
// has closed the connection; a blind sink has none.
func dialSink(dial Dialer, blind bool) (*sink, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	conn, err := dial(ctx, "tcp", server)
	if err != nil {
		return nil, err
	}
	s := &sink{Conn: conn}
	if !blind {
		s.ended = make(chan struct{})
		go s.watch()
	}
	return s, nil
}

// watch reads until the connection ends.
func (s *sink) watch() {
	defer close(s.ended)
	io.Copy(io.Discard, s.Conn)
}

// hasEnded reports whether the connection is known to have ended.
func (s *sink) hasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// hangUp closes the connection, and waits for its goroutine.
func (s *sink) hangUp() {
	s.Close()
	if s.ended != nil {
		<-s.ended
	}
}

// A wire has a sink when it needs one.
type wire struct {
	dial  Dialer
	blind bool

	mu     sync.Mutex // guards what follows
	sink   *sink      // nil: not connected
	closed bool
}

// sendLocked writes p. It needs mu.
func (w *wire) sendLocked(p string) (err error) {
	if w.closed {
		return errClosed
	}
	if w.sink != nil && w.sink.hasEnded() {
		w.hangUpLocked()
	}
	if w.sink == nil {
		if w.sink, err = dialSink(w.dial, w.blind); err != nil {
			w.sink = nil
			return err
		}
	}
	w.sink.SetWriteDeadline(time.Now().Add(timeout))
	_, err = io.WriteString(w.sink, p)
	return err
}

// hangUpLocked needs mu.
func (w *wire) hangUpLocked() {
	if w.sink != nil {
		w.sink.hangUp()
		w.sink = nil
	}
}

// Close hangs up, for good.
func (w *wire) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hangUpLocked()
	w.closed = true
	return nil
}

// A queue has lines that are not sent yet.
type queue struct {
	lines chan string
	sent  sync.WaitGroup // the goroutine that sends

	state  sync.Mutex // guards closed, and lines against being closed
	closed bool
}

// Print puts a line into the queue, if there is room.
func (q *queue) Print(line string) error {
	q.state.Lock()
	defer q.state.Unlock()
	if q.closed {
		return errClosed
	}
	select {
	case q.lines <- line:
		return nil
	default:
		return errFull
	}
}

// finish takes no more lines.
func (q *queue) finish() {
	q.state.Lock()
	defer q.state.Unlock()
	if !q.closed {
		q.closed = true
		close(q.lines)
	}
}
