package nettest

import (
	"fmt"
	"time"
)

var listenerDeadlineDemands = []demand[*listening]{
	{"PastDeadline", "Under a deadline that has passed Accept returns at once, each time, until it is cleared.",
		(*listening).testPastDeadline},
	{"DeadlinePasses", "A deadline ends an Accept that is blocked, and not before its time.",
		(*listening).testDeadlinePasses},
	{"DeadlineIsMoved", "A new deadline applies to an Accept that is blocked already. Servers are stopped so.",
		(*listening).testDeadlineIsMoved},
	{"DeadlineIsCleared", "A deadline that is cleared in time does nothing, also to an Accept that is blocked.",
		(*listening).testDeadlineIsCleared},
	{"DeadlineAfterClose", "After Close, SetDeadline returns net.ErrClosed.",
		(*listening).testDeadlineAfterClose},
}

// deadline returns SetDeadline, which is optional.
func (l *listening) deadline() (set func(time.Time) error, err error) {
	d, ok := l.Listener.(interface{ SetDeadline(time.Time) error })
	if !ok {
		return nil, lacksError("SetDeadline")
	}
	return d.SetDeadline, nil
}

// wantTimeout checks that Accept ends by its deadline.
func (l *listening) wantTimeout() error {
	_, err := l.accept()
	return wantTimeout("Accept", err)
}

func (l *listening) testPastDeadline() error {
	set, err := l.deadline()
	if err != nil {
		return err
	}
	return first(
		func() error { return set(aLongTimeAgo) },
		l.wantTimeout,
		l.wantTimeout,
		func() error { return set(time.Time{}) },
		l.wantPair,
	)
}

func (l *listening) testDeadlinePasses() error {
	set, err := l.deadline()
	if err != nil {
		return err
	}
	begun := time.Now()
	err = first(
		func() error { return set(begun.Add(awhile)) },
		l.wantTimeout,
		l.wantTimeout,
	)
	if took := time.Since(begun); err == nil && took < awhile {
		return fmt.Errorf("Accept ended after %v, want %v at least", took, awhile)
	}
	return err
}

func (l *listening) testDeadlineIsMoved() error {
	set, err := l.deadline()
	if err != nil {
		return err
	}
	if err := set(time.Now().Add(time.Hour)); err != nil {
		return err
	}
	accept := begin("Accept", l.wantTimeout)
	return first(
		accept.waits,
		func() error { return set(aLongTimeAgo) },
		accept.end,
		func() error { return set(time.Now().Add(time.Hour)) },
		l.wantPair,
	)
}

func (l *listening) testDeadlineIsCleared() error {
	set, err := l.deadline()
	if err != nil {
		return err
	}
	accept, err := outlives(set, "Accept", func() error {
		_, err := l.accept()
		return err
	})
	if err != nil {
		return err
	}
	dialled := begin("dial", func() error { _, err := l.dial(); return err })
	return first(accept.end, dialled.end)
}

func (l *listening) testDeadlineAfterClose() error {
	set, err := l.deadline()
	if err != nil {
		return err
	}
	if err := wantNil("Close", l.Close()); err != nil {
		return err
	}
	return wantClosed("SetDeadline", set(aLongTimeAgo))
}
