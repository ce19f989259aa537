package reference

import (
	"bufio"
	"context"
	"io"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/fakewire/fakewire/scenarios"
)

// SendsInTwo breaks SafeForManyGoroutines: it sends a line and its end with two
// writes, and has no lock around them.
func SendsInTwo(within time.Duration) scenarios.NetworkLogger {
	return prints(within, func(conn net.Conn) scenarios.Log {
		return scenarios.Log{Close: conn.Close, Print: func(line string) {
			io.WriteString(conn, line)
			runtime.Gosched()
			io.WriteString(conn, "\n")
		}}
	})
}

// SendsLater breaks SafeForManyGoroutines: it has a goroutine send each line, so
// that one may overtake the other.
func SendsLater(within time.Duration) scenarios.NetworkLogger {
	return prints(within, func(conn net.Conn) scenarios.Log {
		var sent sync.WaitGroup
		return scenarios.Log{
			Print: func(line string) { sent.Go(func() { io.WriteString(conn, line+"\n") }) },
			Close: func() error { sent.Wait(); return conn.Close() },
		}
	})
}

// ForgetsItsBuffer breaks CloseFlushes: it sends its buffer when that is full, and
// not when it is closed.
func ForgetsItsBuffer(within time.Duration) scenarios.NetworkLogger {
	return prints(within, func(conn net.Conn) scenarios.Log {
		l := newLog(bufio.NewWriter(conn))
		return scenarios.Log{Print: func(line string) { l.Println(line) }, Close: conn.Close}
	})
}

// EndsAbruptly breaks CloseFlushes: it throws away what the kernel has not sent.
func EndsAbruptly(within time.Duration) scenarios.NetworkLogger {
	return prints(within, func(conn net.Conn) scenarios.Log {
		l := newLog(conn)
		conn.(interface{ SetLinger(int) error }).SetLinger(0)
		return scenarios.Log{Print: func(line string) { l.Println(line) }, Close: conn.Close}
	})
}

// QueuesWithoutEnd breaks BoundedMemory, and CloseIsBounded: it takes all lines,
// and its Close waits until they are sent.
func QueuesWithoutEnd(within time.Duration) scenarios.NetworkLogger {
	return prints(within, func(conn net.Conn) scenarios.Log {
		q := &endless{conn: conn, more: make(chan struct{}, 1), done: make(chan struct{})}
		go q.run()
		l := newLog(q)
		return scenarios.Log{Print: func(line string) { l.Println(line) }, Close: q.Close}
	})
}

// An endless queue grows as long as the collector does not read.
type endless struct {
	conn io.WriteCloser
	more chan struct{} // holds a token if there may be lines, or an end
	done chan struct{} // closed when run has returned

	mu     sync.Mutex // guards lines and closed
	lines  [][]byte
	closed bool
}

func (q *endless) Write(p []byte) (int, error) {
	q.change(func() { q.lines = append(q.lines, append([]byte(nil), p...)) })
	return len(p), nil
}

func (q *endless) Close() error {
	q.change(func() { q.closed = true })
	<-q.done
	return q.conn.Close()
}

func (q *endless) change(f func()) {
	q.mu.Lock()
	f()
	q.mu.Unlock()
	select {
	case q.more <- struct{}{}:
	default:
	}
}

func (q *endless) run() {
	defer close(q.done)
	for range q.more {
		q.mu.Lock()
		lines, closed := q.lines, q.closed
		q.lines = nil
		q.mu.Unlock()
		for _, line := range lines {
			if _, err := q.conn.Write(line); err != nil {
				return
			}
		}
		if closed {
			return
		}
	}
}

// prints returns a logger over a connection without a deadline.
func prints(within time.Duration, open func(net.Conn) scenarios.Log) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
		if err != nil {
			return scenarios.Log{}, err
		}
		return open(conn), nil
	}}
}
