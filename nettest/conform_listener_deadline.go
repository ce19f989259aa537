package nettest

import (
	"fmt"
	"time"
)

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
	dialed := begin("dial", func() error { _, err := l.dial(); return err })
	return first(accept.end, dialed.end)
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
