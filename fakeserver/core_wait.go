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
			return &waitError{s.name, context.Cause(ctx), t}
		case <-s.Done():
			if t = snapshot(); cond(t) {
				return nil
			}
			return &waitError{s.name, net.ErrClosed, t}
		}
	}
}

// A waitError says that what was waited for did not happen, and what did. The record is put into words
// only if somebody reads them.
type waitError struct {
	server string
	cause  error
	record transcript.Transcript
}

func (e *waitError) Error() string {
	return e.Redact(fmt.Sprintf("fakeserver: %s: wait: %v\n", e.server, e.cause)) + e.record.String()
}

// Redact is for package match, which shows what errors wrap.
func (e *waitError) Redact(text string) string { return e.record.Redact(text) }

// GomegaString is what Gomega prints after the text of an error, in place of what its fields hold.
func (e *waitError) GomegaString() string { return "" }

func (e *waitError) Unwrap() error { return e.cause }

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
