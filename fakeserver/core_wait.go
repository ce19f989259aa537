package fakeserver

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// wait sleeps until cond holds for a snapshot.
func (s *core) wait(ctx context.Context, snapshot func() transcript.Transcript, cond func(transcript.Transcript) bool) error {
	for {
		changed := s.rec.Changed()
		t := snapshot()
		if cond(t) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("fakeserver: %s: wait: %w\n%v", s.name, context.Cause(ctx), t)
		case <-s.Done():
			if t = snapshot(); cond(t) {
				return nil
			}
			return fmt.Errorf("fakeserver: %s: wait: %w\n%v", s.name, net.ErrClosed, t)
		}
	}
}

// sleep waits for ch, for one of the given times (zero: never), or for the server to close.
// It reports false when it closes.
func (s *core) sleep(ch <-chan struct{}, times ...time.Time) bool {
	var timer <-chan time.Time
	if until := earliest(times...); !until.IsZero() {
		t := time.NewTimer(time.Until(until))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-ch:
		return true
	case <-timer:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// pause sleeps for d, or until Close.
func (s *core) pause(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-s.ctx.Done():
	}
}

// joined reports whether all goroutines ended within d.
func (s *core) joined(d time.Duration) bool { return s.wg.waitFor(d) }
