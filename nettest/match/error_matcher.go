package match

import (
	"errors"
	"fmt"
)

// An errorMatcher asks one question about an error.
type errorMatcher struct {
	name string
	says string // what an error says for which it holds, for people
	is   func(error) bool
}

// Match implements Gomega's matcher. A nil error does not match; a value that is not an
// error is a mistake.
func (m *errorMatcher) Match(actual any) (bool, error) {
	if actual == nil {
		return false, nil
	}
	err, ok := actual.(error)
	if !ok {
		return false, misuse("%s wants an error, not %s", m.name, describe(actual))
	}
	if isNil(actual) {
		return false, misuse("%s wants an error, not a nil %T, which is not equal to nil: return a plain nil", m.name, actual)
	}
	return m.is(err), nil
}

// MatchMayChangeInTheFuture lets Eventually end at once, since an error stays what it is.
// Eventually calls a function again all the same.
func (m *errorMatcher) MatchMayChangeInTheFuture(any) bool { return false }

// FailureMessage says what was expected, and shows the whole chain of errors.
func (m *errorMatcher) FailureMessage(actual any) string {
	err, ok := actual.(error)
	if !ok {
		return fmt.Sprintf("Expected an error that says %s, but there was no error", m.says)
	}
	return fmt.Sprintf("Expected an error that says %s, not\n%s%s", m.says, indented(chain(err)), hint(err))
}

// NegatedFailureMessage shows the whole chain of errors.
func (m *errorMatcher) NegatedFailureMessage(actual any) string {
	err, _ := actual.(error)
	return fmt.Sprintf("Expected an error that does not say %s, not\n%s", m.says, indented(chain(err)))
}

// isAny reports whether err is one of targets, in the sense of errors.Is.
func isAny(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}
