package scenarios

import "context"

// CloseIsBounded is the promise of a TCP logger whose Close returns within Within
// though the collector does not read, and there is no room for what was logged. What
// could not be sent is lost.
//
// Close may be called while Print waits in another goroutine. Then Print, too,
// returns within Within.
var CloseIsBounded = Promise[NetworkLogger]{
	variable: "CloseIsBounded",
	Name:     "closes in time",
	Why: "A program was told to end, and hung in its log's Close until it was killed, and with it all that was to be done after that. " +
		"The logger flushes without a deadline, or needs the lock that a waiting Print holds.",
	Labels: []string{"logger", "fault:stall"},
	check:  checkCloseIsBounded,
}

func checkCloseIsBounded(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.checkStream(neverWaits); err != nil {
		return err
	}
	w, release := stuck()
	defer release()
	return inLogging(ctx, l, w, closeInFlood)
}

// closeInFlood closes the logger when its caller waits, or has logged a flood.
func closeInFlood(s *logging) error {
	f := s.startFlood(floodBytes)
	err := f.awaitStill(longWait)
	f.stop()
	if err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	return f.join("when Close was called")
}
