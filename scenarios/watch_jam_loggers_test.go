package scenarios_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/fakewire/fakewire/scenarios"
	"github.com/fakewire/fakewire/scenarios/internal/reference"
)

// stalls are the promises about a collector that does not read.
var stalls = []scenarios.Promise[scenarios.NetworkLogger]{scenarios.NeverBlocksItsCaller, scenarios.BoundedMemory, scenarios.CloseIsBounded}

var _ = Describe("a promise about a collector that does not read", func() {
	It("is not put to the test by a logger that sends nothing", func(ctx SpecContext) {
		errs := make([]error, len(stalls))
		var all sync.WaitGroup
		for i, p := range stalls { // at once: each does nothing but wait for what does not come
			all.Go(func() {
				errs[i] = run(hasty(ctx), p, func() scenarios.NetworkLogger { return queues(soon, (*queue).forget, (*queue).drop) })
			})
		}
		all.Wait()
		Expect(errs).To(HaveEach(MatchError(scenarios.ErrInconclusive)))
		Expect(errs).To(HaveEach(MatchError(ContainSubstring("never stood still"))))
	}, NodeTimeout(time.Minute))

	It("is kept by a logger that loses each line for which there is no room", func(ctx SpecContext) {
		for _, p := range stalls {
			Expect(run(ctx, p, func() scenarios.NetworkLogger { return queues(within, (*queue).tryPut, (*queue).drop) })).To(Succeed(), p.Name)
		}
	}, NodeTimeout(time.Minute))

	It("is kept by a logger that waits a little for room, for each line", func(ctx SpecContext) {
		for _, p := range stalls {
			Expect(run(ctx, p, func() scenarios.NetworkLogger { return queues(soon, (*queue).put, (*queue).drop) })).To(Succeed(), p.Name)
		}
	}, NodeTimeout(time.Minute))

	for _, p := range stalls {
		It("is kept by a logger that gives its connection up when a line takes too long, however soon that is: "+p.Name, func(ctx SpecContext) {
			for _, patience := range []time.Duration{within / 200, within / 4} {
				Expect(run(ctx, p, always(reference.DropsItsConnection(within, patience)))).To(Succeed(), "with a patience of %v", patience)
			}
		}, NodeTimeout(time.Minute))
	}

	It("does not take what the collector keeps of connections for memory of the logger that gives them up", func(ctx SpecContext) {
		l := reference.DropsItsConnection(within, within/200)
		l.Memory = 2 << 20 // the collector has hundreds of connections in the end, at some 10 KB
		Expect(scenarios.RunInMemory(ctx, suite, scenarios.BoundedMemory, always(l))).To(Succeed())
	}, NodeTimeout(time.Minute))

	It("is broken by one that gives connections up, and no line", func(ctx SpecContext) {
		err := run(ctx, scenarios.BoundedMemory, always(reference.QueuesAndDrops(within, within)))
		wantBroken(err, scenarios.BoundedMemory.Name, "bytes more than before, want at most")
		// On sockets, each connection takes some lines off its hands.
		err = scenarios.RunInMemory(hasty(ctx), suite, scenarios.CloseIsBounded, always(reference.QueuesAndDrops(soon, soon/100)))
		wantBroken(err, scenarios.CloseIsBounded.Name, "Close did not return within")
	}, NodeTimeout(time.Minute))

	It("is broken by a logger that sends in batches, and pauses between them", func(ctx SpecContext) {
		err := scenarios.Run(hasty(ctx), scenarios.CloseIsBounded, batches) // in memory, its lock stops the clock
		wantBroken(err, scenarios.CloseIsBounded.Name, "Close did not return within")
	}, NodeTimeout(time.Minute))

	It("is broken by a logger that begins to send when the flood is over, and flushes without a deadline", func(ctx SpecContext) {
		err := run(hasty(ctx), scenarios.CloseIsBounded, func() scenarios.NetworkLogger { return queues(within, (*queue).tryPutLater, (*queue).flush) })
		wantBroken(err, scenarios.CloseIsBounded.Name, "Close did not return within")
	}, NodeTimeout(time.Minute))
})

var _ = It("does not stop reading for longer than a logger may wait", func(ctx SpecContext) {
	err := run(ctx, scenarios.LinesArriveWholeOnceInOrder, func() scenarios.NetworkLogger {
		return scenarios.NetworkLogger{Within: soon, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
			conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
			if err != nil {
				return scenarios.Log{}, err
			}
			return scenarios.Log{Close: conn.Close, Print: func(line string) {
				conn.SetWriteDeadline(time.Now().Add(soon))
				fmt.Fprintln(conn, line)
			}}, nil
		}}
	})
	Expect(errors.Is(err, scenarios.ErrBroken)).To(BeFalse(), "%v", err) // on a busy machine it may be inconclusive
}, NodeTimeout(time.Minute))

// A queue is a logger that has a short one, and a goroutine that sends.
type queue struct {
	ctx   context.Context // done when the collector has gone
	conn  net.Conn
	lines chan string
	sent  chan struct{} // closed when the sender has returned
	begin func()        // starts the sender
	taken int           // lines that tryPutLater had
}

// queues returns a subject that has a queue, with ways to put lines there and to close it.
func queues(within time.Duration, put func(*queue, string), end func(*queue) error) scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: within, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
		if err != nil {
			return scenarios.Log{}, err
		}
		q := &queue{ctx, conn, make(chan string, 8), make(chan struct{}), nil, 0}
		q.begin = sync.OnceFunc(func() { go q.send() })
		return scenarios.Log{Print: func(line string) { put(q, line) }, Close: func() error { return end(q) }}, nil
	}}
}

func (q *queue) send() {
	defer close(q.sent)
	for {
		select {
		case line, ok := <-q.lines:
			if !ok {
				return
			}
			fmt.Fprintln(q.conn, line)
		case <-q.ctx.Done():
			return
		}
	}
}

func (q *queue) forget(string) {}

func (q *queue) tryPut(line string) {
	q.begin()
	select {
	case q.lines <- line:
	default:
	}
}

// tryPutLater is tryPut for a sender that is slow to begin: the flood is nearly over.
func (q *queue) tryPutLater(line string) {
	if q.taken++; q.taken >= 2000 { // of 2097
		q.tryPut(line)
	}
}

func (q *queue) put(line string) {
	q.begin()
	select {
	case q.lines <- line:
	case <-time.After(20 * time.Millisecond):
	}
}

// drop ends the connection, and loses what is left.
func (q *queue) drop() error { return q.conn.Close() }

// flush sends what is left.
func (q *queue) flush() error {
	close(q.lines)
	<-q.sent
	return q.conn.Close()
}

// A batch is lines that are sent together, with the lock held that Print needs.
type batch struct {
	conn net.Conn

	mu    sync.Mutex // guards lines
	lines []string
}

// batches returns a logger that sends every 50 ms what it was given since, and loses
// what is too much. A batch fits into the third of a socket's buffer that is left when the
// kernel calls it full.
func batches() scenarios.NetworkLogger {
	return scenarios.NetworkLogger{Within: soon, Open: func(ctx context.Context, addr string) (scenarios.Log, error) {
		conn, err := scenarios.NetworkOf(ctx).DialContext(ctx, "tcp", addr)
		if err != nil {
			return scenarios.Log{}, err
		}
		b := &batch{conn: conn}
		go func() {
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-tick.C:
					b.flush()
				case <-ctx.Done():
					return
				}
			}
		}()
		return scenarios.Log{Print: b.print, Close: func() error { b.flush(); return conn.Close() }}, nil
	}}
}

func (b *batch) print(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.lines) < 30 {
		b.lines = append(b.lines, line)
	}
}

func (b *batch) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range b.lines {
		fmt.Fprintln(b.conn, line)
	}
	b.lines = nil
}
