package scenarios

import (
	"errors"
	"strings"
	"testing"
)

func TestOutcomeWithAnotherAnswerIsWorseThanAnError(t *testing.T) {
	for _, test := range []struct {
		why     string
		o       outcome
		finding string
	}{
		{"its own", outcome{answer: "x"}, ""},
		{"an error", outcome{err: errors.New("lost")}, ""},
		{"another's", outcome{answer: "y"}, `want "x" or an error`},
		{"a panic", outcome{err: &misconduct{Text: "Ask(2) panicked"}}, "Ask(2) panicked"},
		{"an interrupt", outcome{err: ErrInconclusive}, ErrInconclusive.Error()},
	} {
		err := test.o.wantAnswerOrError("x")
		if (err != nil) != (test.finding != "") || err != nil && !strings.Contains(err.Error(), test.finding) {
			t.Errorf("%s: %v, want %q", test.why, err, test.finding)
		}
	}
}
