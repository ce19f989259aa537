package scenarios

import (
	"context"
	"time"
)

// NeverBlocksItsCaller is the promise of a TCP logger whose Print returns within
// Blocks, whether the collector reads or not. What it does with lines for which
// there is no room is up to the logger. The collector is flooded until nothing more
// goes to it; if it never comes to that, the promise is inconclusive.
var NeverBlocksItsCaller = Promise[NetworkLogger]{
	variable: "NeverBlocksItsCaller",
	Name:     "never blocks its caller for longer than it promised",
	Why: "The collector's disk was full, it stopped reading, and the log took the service down. A write to the socket waits, without an " +
		"end, and with the logger's lock held: every request handler that logs a line hangs.",
	Labels: []string{"logger", "fault:stall"},
	check:  checkNeverBlocks,
}

func checkNeverBlocks(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.checkStream(neverWaits); err != nil {
		return err
	}
	w, release := stuck()
	defer release()
	return inLogging(ctx, l, w, func(s *logging) error {
		if err := printFlood(s, l.blocks()); err != nil {
			return err
		}
		release()
		return s.close()
	})
}

// printFlood logs a flood, and wants no line to take longer than blocks. It goes on
// until there is a jam, and ends early when the caller has waited often enough: that,
// too, says that there was no room left.
func printFlood(s *logging, blocks time.Duration) error {
	var waited time.Duration
	enough := 2*blocks + slackOf(s.ctx)
	j := watchJam(s.ctx, s.srv, floodLine)
	for n := 1; waited < enough && (n <= floodLines || !j.seen.Load()); n++ {
		line := floodText(n)
		began := time.Now()
		if n > floodLines {
			j.all.Store(true)
			trickle(int64(n))
		}
		if err := s.printWithin(blocks, line); err != nil {
			return err
		}
		waited += time.Since(began)
		j.lines.Add(1)
	}
	return j.missing(waited)
}
