package scenarios

import (
	"context"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
)

// LinesArriveWholeOnceInOrder is the promise of a logger that loses, repeats,
// cuts, joins and reorders nothing: on a healthy wire, and, over TCP, when the
// collector stops reading for a while and Print has to wait.
var LinesArriveWholeOnceInOrder = Promise[NetworkLogger]{
	Name: "delivers its lines whole, once and in order",
	Why: "A logger that queues, batches or gives up a write half-way loses lines, cuts them, or sends a batch again. Nobody " +
		"notices before the day on which the log is all that is left.",
	Labels: []string{"logger", "fault:stall"},
	check:  checkLinesArrive,
}

// A collector that stops reading goes on when Print has been waiting for patience.
// manyLines of longLine bytes are more than a socket's two buffers hold, so that
// Print meets a full one.
const (
	patience  = 200 * time.Millisecond
	manyLines = 2000
	longLine  = 2000
)

func checkLinesArrive(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	few := append(textLines(1, 10, 20), textLines(11, 10, 700)...)
	healthy := wire{what: "on a healthy wire"}
	err := inLogging(ctx, l, healthy, func(s *logging) error { return s.deliver(few, func() {}) })
	if err != nil || l.Network == "udp" {
		return err
	}
	gate, release := newGate()
	stopped := wire{what: "when the collector stops reading for a while", handler: reluctant(gate)}
	return inLogging(ctx, subject(), stopped, func(s *logging) error {
		return s.deliver(textLines(1, manyLines, longLine), release)
	})
}

// reluctant returns a collector that reads one byte, and the rest when gate is
// closed. A stall for a time of its own would be over, on a busy machine, before
// the logger has filled the buffers.
func reluctant(gate <-chan struct{}) fakeserver.HandlerFunc {
	return func(ctx context.Context, c *fakeserver.Conn) error {
		if _, err := c.Read(make([]byte, 1)); err != nil {
			return err
		}
		select {
		case <-gate:
		case <-ctx.Done():
		}
		return fakeserver.Discard{}.ServeConn(ctx, c)
	}
}

// deliver logs lines, closes the logger, and wants them all. It calls release when
// a line takes long, and after the last.
func (s *logging) deliver(lines []string, release func()) error {
	progress, stop := afterStandstill(patience, release)
	defer stop()
	for _, line := range lines {
		if err := s.print(line); err != nil {
			return err
		}
		progress()
	}
	release()
	if err := s.close(); err != nil {
		return err
	}
	return s.wantAll(lines)
}
