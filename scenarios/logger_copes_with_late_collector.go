package scenarios

import (
	"context"
	"fmt"
)

// CopesWithLateCollector is the promise of a logger that can be opened while its collector's
// port refuses, and whose lines arrive once that is there: within Within one does, and from
// the first that arrives on all do, whole, once and in order. Those logged before may be lost.
// A logger that counts lost lines counts these, too.
//
// A logger whose Open dials, and fails, breaks it: its program needs the collector to start.
var CopesWithLateCollector = Promise[NetworkLogger]{
	variable: "CopesWithLateCollector",
	Name:     "copes with a collector that comes late",
	Why: "The machine booted, the program was up before its collector, and did not log a line until it was restarted, or did not start at " +
		"all. A logger that dials once, when it is made, makes every program depend on the order in which things start.",
	Labels: []string{"logger", "fault:refused"},
	check:  checkLateCollector,
}

func checkLateCollector(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.check(); err != nil {
		return err
	}
	return inLogging(ctx, l, wire{what: "when its collector comes late", down: true}, logUntilThere)
}

// logUntilThere logs to a collector that is down, and comes up.
func logUntilThere(s *logging) error {
	never := s.srv.Transcript()
	for n := range whileDown {
		if err := s.print(shortLine(1 + n)); err != nil {
			return err
		}
		if err := s.pause(s.within / 20); err != nil {
			return err
		}
	}
	if err := s.up(); err != nil {
		return err
	}
	last, err := s.logUntilRecovered(1+whileDown, sinceRestart(s, never))
	if err != nil || s.log.Lost == nil {
		return err
	}
	missing, lost := s.missing(s.srv.Transcript(), textLines(1, last, shortSize)), int64(0)
	if lost, err = s.lost(); err == nil && lost < missing {
		err = fmt.Errorf("Lost() = %d; %d of %d lines did not arrive", lost, missing, last)
	}
	return err
}
