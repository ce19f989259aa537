package fakeserver

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/alarm"
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
	return s.awaitAlarm(s.alarmAt(earliest(times...)), ch)
}

// alarmAt returns an alarm for something that is due at a time (zero: never).
func (s *core) alarmAt(due time.Time) alarm.Alarm { return alarm.Set(due, s.alarmGrade()) }

// alarmGrade returns how exact alarms are to be. A bubble's are, and have to be its own.
func (s *core) alarmGrade() alarm.Grade {
	switch {
	case inBubble():
		return alarm.Ordinary
	case s.preciseDelays:
		return alarm.Precise
	}
	return alarm.Punctual
}

// settleAlarms waits until no goroutine is left of alarms that were stopped, or have rung.
func (s *core) settleAlarms() {
	if !inBubble() {
		alarm.Settle()
	}
}

// linger waits for ch, for about d, or for the server to close: what it waits for has no time. It reports false when the
// server closes.
func (s *core) linger(ch <-chan struct{}, d time.Duration) bool {
	return s.awaitAlarm(alarm.Set(time.Now().Add(d), alarm.Ordinary), ch)
}

// awaitAlarm waits for ch, for at, which it stops, or for the server to close. It reports false when it closes.
func (s *core) awaitAlarm(at alarm.Alarm, ch <-chan struct{}) bool {
	defer at.Stop()
	select {
	case <-ch:
		return true
	case <-at.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// joined reports whether all goroutines ended within d.
func (s *core) joined(d time.Duration) bool { return s.wg.waitFor(d) }
