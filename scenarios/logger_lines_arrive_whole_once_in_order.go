package scenarios

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// LinesArriveWholeOnceInOrder is the promise of a logger that loses, repeats,
// cuts, joins and reorders nothing: on a healthy wire, and, over TCP, when the
// collector stops reading for a while and Print has to wait.
var LinesArriveWholeOnceInOrder = Promise[NetworkLogger]{
	variable: "LinesArriveWholeOnceInOrder",
	Name:     "delivers its lines whole, once and in order",
	Why: "The day came on which the log was all that was left, and it had holes. A logger that queues, batches or gives up a write " +
		"half-way loses lines, cuts them, or sends a batch again, and until that day it goes unnoticed.",
	Labels: []string{"logger", "fault:stall"},
	check:  checkLinesArrive,
}

// manyLines of longLine bytes are more than a socket's two buffers hold, so that
// Print meets a full one.
const (
	manyLines = 2000
	longLine  = 2000
)

func checkLinesArrive(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	healthy := func() error {
		few := append(textLines(1, 10, 20), textLines(11, 10, 700)...)
		return inLogging(ctx, l, wire{what: "on a healthy wire"}, func(s *logging) error { return deliver(s, few, func() {}, func() {}) })
	}
	if l.sendsDatagrams() {
		return healthy()
	}
	return inTurn(healthy, func() error {
		gate, release := newGate()
		stopped := wire{what: "when the collector stops reading for a while", gate: gate}
		return inLogging(ctx, subject(), stopped, func(s *logging) error {
			return deliverStalled(s, textLines(1, manyLines, longLine), release)
		})
	})
}

// deliver logs lines, closes the logger, and wants them all. It calls progress after
// each line, and release after the last.
func deliver(s *logging, lines []string, progress, release func()) error {
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

// deliverStalled is deliver with a collector that does not read before release is
// called: when a line takes long, and in any case in time for a logger that waits for
// as long as Within.
func deliverStalled(s *logging, lines []string, release func()) error {
	began := time.Now()
	released := sync.OnceValue(func() time.Duration {
		release()
		return time.Since(began)
	})
	progress, stop := afterStandstill(s.readOnAfter(), func() { released() })
	defer stop()
	defer time.AfterFunc(s.within/2, func() { released() }).Stop()
	err := deliver(s, lines, progress, func() { released() })
	return inTime(err, released(), s.within)
}

// inTime returns what there is to say of a logger that found err, with a collector that
// stood still for so long: nothing, if that was longer than it was to be.
func inTime(err error, stood, within time.Duration) error {
	if err == nil || errors.Is(err, ErrInconclusive) || stood <= within*3/4 {
		return err
	}
	return fmt.Errorf("%w: the machine is too busy: the collector was to read on after %v, and did so after %v: %w", ErrInconclusive, within/2, stood, err)
}
