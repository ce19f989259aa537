package scenarios

import "context"

// NeverBlocksItsCaller is the promise of a TCP logger whose Print returns within
// Blocks, whether the collector reads or not. What it does with lines for which
// there is no room is up to the logger.
var NeverBlocksItsCaller = Promise[NetworkLogger]{
	Name: "never blocks its caller for longer than it promised",
	Why: "A collector whose disk is full stops reading, and keeps its connections. Whoever writes to a socket then waits, without an " +
		"end, and with the logger's lock held: every request handler that logs a line hangs, and the log takes the service down.",
	Labels: []string{"logger", "fault:stall"},
	check:  checkNeverBlocks,
}

func checkNeverBlocks(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.checkTCP(neverWaits); err != nil {
		return err
	}
	w, release := stuck()
	defer release()
	return inLogging(ctx, l, w, func(s *logging) error {
		if err := s.flood(l, floodBytes); err != nil {
			return err
		}
		release()
		return s.close()
	})
}
