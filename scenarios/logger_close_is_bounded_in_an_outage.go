package scenarios

import (
	"context"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// CloseIsBoundedInAnOutage is the promise of a logger whose Close returns within Within
// though there are lines that it can't deliver: when its connection was reset and the collector
// refuses new ones; when connects are not answered; and when the collector takes connections,
// and from the first line on neither reads, nor answers, nor hangs up. What could not be sent is
// lost.
//
// Of a UDP logger, the collector's port refuses. That connects are not answered is put to the
// test on Linux and in memory.
var CloseIsBoundedInAnOutage = Promise[NetworkLogger]{
	variable: "CloseIsBoundedInAnOutage",
	Name:     "closes in time in an outage",
	Why: "The network was gone, and no program would end: each waited in its log's Close for a collector that could not come back. A logger " +
		"that flushes until everything is sent, dials without a timeout, or waits for the other side to hang up first, holds its " +
		"program for as long as the outage lasts.",
	Labels: []string{"logger", "fault:refused", "fault:unanswered", "fault:stall"},
	check:  checkCloseInOutage,
}

func checkCloseInOutage(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	trial := func(w wire, f func(s *logging) error) func() error {
		return func() error { return inLogging(ctx, subject(), w, f) }
	}
	refused := trial(wire{what: "when the collector refuses"}, func(s *logging) error { return closeInOutage(s, s.down) })
	if l.sendsDatagrams() {
		return refused()
	}
	trials := []func() error{refused}
	if canRefuse(ctx) && !l.isUnix() {
		trials = append(trials, trial(wire{what: "when connects are not answered"}, func(s *logging) error {
			return closeInOutage(s, func() error { return carryOut("IgnoreDials", s.srv.ignoreDials) })
		}))
	}
	return inTurn(append(trials, func() error {
		gate, release := newGate()
		defer release()
		w := wire{what: "when the collector takes its connection, and does nothing", gate: gate}
		return inLogging(ctx, subject(), w, func(s *logging) error { return closeWithLines(s, 1) })
	})...)
}

// closeInOutage closes a logger that has lost its collector.
func closeInOutage(s *logging, begin func() error) error {
	if err := s.establish(); err != nil {
		return err
	}
	if err := begin(); err != nil {
		return err
	}
	if err := s.endConns(transcript.ByRST); err != nil {
		return err
	}
	return closeWithLines(s, 2)
}

// closeWithLines logs some lines from number n on, and closes the logger.
func closeWithLines(s *logging, n int) error {
	if err := s.printShort(n, whileDown); err != nil {
		return err
	}
	return s.close()
}
