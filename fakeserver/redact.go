package fakeserver

import "github.com/fakewire/fakewire/fakeserver/transcript"

// redactError returns an error that says what err says, as far as it may be shown.
func (s *core) redactError(err error) error {
	if err == nil || s.redactor == nil {
		return err
	}
	return &redactedError{err, s.rec.Snapshot()}
}

// A redactedError says what another error does, without what a record's Redactor hides. It is put into words
// only if somebody reads them.
type redactedError struct {
	err    error
	record transcript.Transcript
}

func (e *redactedError) Error() string { return e.Redact(e.err.Error()) }

func (e *redactedError) Unwrap() error { return e.err }

// Redact is for package match, which shows what errors wrap.
func (e *redactedError) Redact(text string) string { return e.record.Redact(text) }

// GomegaString is what Gomega prints after the text of an error, in place of what its fields hold.
func (e *redactedError) GomegaString() string { return "" }
