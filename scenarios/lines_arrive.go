package scenarios

import (
	"context"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
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

// pausedFor is how long the collector stops reading. manyLines of longLine bytes
// are more than a socket's two buffers hold, so that Print meets a full one.
const (
	pausedFor = 100 * time.Millisecond
	manyLines = 2000
	longLine  = 2000
)

func checkLinesArrive(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	few := append(textLines(1, 10, 20), textLines(11, 10, 700)...)
	if err := inSession(ctx, l, "on a healthy wire", fault.Plan{}, func(s *session) error { return s.deliver(few) }); err != nil || l.Network == "udp" {
		return err
	}
	pause := fault.Plan{Rules: []fault.Rule{fault.FromClient(fault.Stall{For: pausedFor}).AfterBytes(1).OnConn(1)}}
	return inSession(ctx, subject(), "when the collector stops reading for a while", pause, func(s *session) error {
		return s.deliver(textLines(1, manyLines, longLine))
	})
}

// deliver logs lines, closes the logger, and wants them all.
func (s *session) deliver(lines []string) error {
	for _, line := range lines {
		if err := s.print(line); err != nil {
			return err
		}
	}
	if err := s.close(); err != nil {
		return err
	}
	return s.wantAll(lines)
}
