package nettest

import (
	"errors"
	"fmt"
	"strings"
)

// An errorMatcher asks one question of an error.
type errorMatcher struct {
	name string
	says string // what the error says, for people
	is   func(error) bool
}

// errorMatchers are all of them: a failure names the one that would have held.
func errorMatchers() []*errorMatcher {
	return []*errorMatcher{beReset(), beRefused(), beTimeout(), beEOF(), beBrokenPipe()}
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

// Match implements Gomega's matcher. No error is no match; what is no error at all is
// a mistake.
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

// MatchMayChangeInTheFuture lets Eventually end at once: an error stays what it is. A
// function is called again, whatever this says.
func (m *errorMatcher) MatchMayChangeInTheFuture(any) bool { return false }

// FailureMessage says what was expected, and shows the whole chain of errors.
func (m *errorMatcher) FailureMessage(actual any) string {
	err, ok := actual.(error)
	if !ok {
		return fmt.Sprintf("Expected an error that says %s, but there was no error", m.says)
	}
	return fmt.Sprintf("Expected an error that says %s, not\n%s%s", m.says, indented(chain(err)), m.hint(err))
}

// NegatedFailureMessage shows the whole chain of errors.
func (m *errorMatcher) NegatedFailureMessage(actual any) string {
	err, _ := actual.(error)
	return fmt.Sprintf("Expected an error that does not say %s, not\n%s", m.says, indented(chain(err)))
}

// hint says which matchers err satisfies instead, and what is easily mistaken.
func (m *errorMatcher) hint(err error) string {
	var b strings.Builder
	for _, other := range errorMatchers() {
		if other.is(err) {
			fmt.Fprintf(&b, "\nIt says %s: see %s.", other.says, other.name)
		}
	}
	if isUnexpectedEOF(err) {
		b.WriteString("\n" + unexpectedEOF)
	}
	return b.String()
}
