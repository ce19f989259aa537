package explore

import (
	"errors"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// redact returns a text without what Redact hides. What a record has it hide, only the transcript of that can tell.
func (c Config) redact(text string) string {
	return transcript.Transcript{}.WithRedactor(c.Redact).Redact(text)
}

// redactError returns an error that says what err does without what Redact hides.
func (c Config) redactError(err error) error {
	if _, done := errors.AsType[*redactedError](err); done || err == nil || c.Redact == nil {
		return err
	}
	return &redactedError{err, c.redact(err.Error())}
}

// A redactedError is an error that says something else.
type redactedError struct {
	err  error
	text string
}

func (e *redactedError) Error() string { return e.text }

func (e *redactedError) Unwrap() error { return e.err }

// GomegaString is what Gomega prints after the text of an error, in place of what its fields hold.
func (e *redactedError) GomegaString() string { return "" }

// redact takes out of a report what Redact hides. Texts about a trial are without already.
func (r Report) redact(c Config) Report {
	for i, note := range r.Notes {
		r.Notes[i] = c.redact(note)
	}
	for _, f := range r.Finds {
		f.redactor = c.Redact
	}
	return r
}

// redact takes out of a result what hide hides.
func (r *result) redact(hide func(text string) string) {
	for i, b := range r.Breaches {
		r.Breaches[i].Kind, r.Breaches[i].Text = hide(b.Kind), hide(b.Text)
	}
	r.Refused, r.Harm, r.Lost = hide(r.Refused), hide(r.Harm), hide(r.Lost)
}
