package scenarios

import (
	"errors"
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func (c TCPClient) redactor() transcript.Redactor     { return c.Redact }
func (c UDPClient) redactor() transcript.Redactor     { return c.Redact }
func (l NetworkLogger) redactor() transcript.Redactor { return l.Redact }

// A confidant knows what subjects want hidden, from the moment at which the first of them was made.
type confidant struct {
	by atomic.Pointer[transcript.Redactor]
}

// confiding returns a factory that makes what subject does, and lets c know.
func confiding[S Subject](c *confidant, subject func() S) func() S {
	return func() S {
		s := subject()
		if by := any(s).(interface{ redactor() transcript.Redactor }).redactor(); by != nil {
			c.by.CompareAndSwap(nil, &by)
		}
		return s
	}
}

// seal returns an error that newFailure shows without what is to be hidden.
func (c *confidant) seal(err error) error {
	if by := c.by.Load(); by != nil && err != nil {
		return &sealed{err, *by}
	}
	return err
}

// A sealed error is one that may quote secrets.
type sealed struct {
	error
	by transcript.Redactor
}

func (s *sealed) Unwrap() error { return s.error }

// redact returns a text without secrets.
func (s *sealed) redact(text string) string {
	return transcript.Transcript{}.WithRedactor(s.by).Redact(text)
}

// redactionOf returns what takes out of a text what is to be hidden, as an error and the evidence for it know.
func redactionOf(err error) func(text string) string {
	var s *sealed
	var ev *evidenced
	isSealed, hasEvidence := errors.As(err, &s), errors.As(err, &ev)
	return func(text string) string {
		if isSealed {
			text = s.redact(text)
		}
		if hasEvidence {
			text = ev.evidence.redact(text)
		}
		return text
	}
}
