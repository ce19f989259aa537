package scenarios

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// CloseIsBounded is the promise of a TCP logger whose Close returns within Within
// though the collector does not read, and there is no room for what was logged. What
// could not be sent is lost.
//
// Close may be called while Print waits in another goroutine. Then Print, too,
// returns within Within.
var CloseIsBounded = Promise[NetworkLogger]{
	Name: "closes in time",
	Why: "A program that is told to end flushes its log. A logger that flushes without a deadline, or needs the lock that a waiting " +
		"Print holds, keeps the process until it is killed, and with it all that was to be done after the log's Close.",
	Labels: []string{"logger", "fault:stall"},
	check:  checkCloseIsBounded,
}

func checkCloseIsBounded(ctx context.Context, subject func() NetworkLogger) error {
	l := subject()
	if err := l.checkTCP(neverWaits); err != nil {
		return err
	}
	w, release := stuck()
	defer release()
	return inLogging(ctx, l, w, (*logging).closeInFlood)
}

// closeInFlood closes the logger when its caller waits, or has logged a flood.
func (s *logging) closeInFlood() error {
	var lines atomic.Int64
	var closed atomic.Bool
	flooded := make(chan error, 1)
	go supervise(s.ctx, "Print", func(context.Context) error {
		for n := 1; n <= floodBytes/floodLine && !closed.Load(); n++ {
			s.log.Print(floodText(n))
			lines.Add(1)
		}
		return nil
	}, flooded)
	over, err := s.awaitWaiting(&lines, flooded)
	closed.Store(true)
	if err != nil {
		return err
	}
	if err := s.close(); err != nil || over {
		return err
	}
	return call(s.ctx, s.within, fmt.Sprintf("Print of line %d, at work when Close was called,", lines.Load()+1), func(ctx context.Context) error {
		select {
		case err := <-flooded:
			return err
		case <-ctx.Done():
			return nil
		}
	})
}

// awaitWaiting waits until the flood is over, or Print makes no progress for
// patience. It reports whether it is over.
func (s *logging) awaitWaiting(lines *atomic.Int64, flooded <-chan error) (over bool, err error) {
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for before := int64(-1); ; {
		select {
		case err := <-flooded:
			return true, err
		case <-tick.C:
			if now := lines.Load(); now == before {
				return false, nil
			} else {
				before = now
			}
		case <-s.ctx.Done():
			return false, fmt.Errorf("%w: interrupted: %w", ErrUnproved, context.Cause(s.ctx))
		}
	}
}
