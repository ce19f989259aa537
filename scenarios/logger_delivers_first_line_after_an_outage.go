package scenarios

import (
	"context"
	"fmt"
)

// DeliversFirstLineAfterAnOutage is the promise of a UDP logger that the line arrives that is
// logged next when the collector's port had refused one to three lines, and takes them again.
//
// What the port refuses comes back as an error of the call after, which has not sent anything
// then: its line has to be sent again. A TCP logger can't promise this; see SurvivesRestart.
var DeliversFirstLineAfterAnOutage = Promise[NetworkLogger]{
	variable: "DeliversFirstLineAfterAnOutage",
	Name:     "delivers the first line after an outage",
	Why: "The collector was updated, and said with its first line that it is back; of the programs that log to it, every one lost its next " +
		"line. \"Connection refused\" is about the datagram before; a logger that takes it for the verdict on this one drops a line " +
		"that was never sent.",
	Labels: []string{"logger", "fault:refused"},
	check:  checkFirstLineAfterOutage,
}

func checkFirstLineAfterOutage(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	if !l.sendsDatagrams() {
		return fmt.Errorf("%w: a TCP logger loses what its connection had taken, and there is nothing to promise", ErrSubject)
	}
	var trials []func() error
	for i, what := range []string{"a line", "two lines", "three lines"} {
		refused := 1 + i
		w := wire{what: "when the collector is back, and has refused " + what}
		trials = append(trials, func() error {
			return inLogging(ctx, subject(), w, func(s *logging) error { return logRightAfterOutage(s, refused) })
		})
	}
	return inTurn(trials...)
}

// logRightAfterOutage lets the collector refuse some lines, and wants the one after them.
func logRightAfterOutage(s *logging, refused int) error {
	if err := s.establish(); err != nil {
		return err
	}
	if err := s.down(); err != nil {
		return err
	}
	for n := range refused {
		if err := s.print(shortLine(2 + n)); err != nil {
			return err
		}
		// So that it is refused, and not sent when the collector is back.
		if err := s.pause(s.within / 20); err != nil {
			return err
		}
	}
	if err := s.up(); err != nil {
		return err
	}
	next := textLines(2+refused, 1, shortSize)
	if err := s.printEach(next); err != nil {
		return err
	}
	if err := s.awaitLine(2 + refused); err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	if missing, err := s.settleOnLines(next); err != nil || missing == 0 {
		return err
	}
	return fmt.Errorf("%.10q… is missing, the first one that was logged when the collector was back", next[0])
}
