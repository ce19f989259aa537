package match

import (
	"fmt"
	"strings"
)

// Limits of what a failure shows of a chain of errors.
const (
	maxChain     = 20  // errors
	maxErrorText = 300 // bytes of one error's
)

// walk calls visit for err and each error that it wraps, with its depth, until visit
// returns false. It reports whether visit never did.
func walk(err error, depth int, visit func(err error, depth int) bool) bool {
	switch {
	case err == nil:
		return true
	case !visit(err, depth):
		return false
	case isNil(err): // its Unwrap might panic
		return true
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return walk(e.Unwrap(), depth+1, visit)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			if !walk(one, depth+1, visit) {
				return false
			}
		}
	}
	return true
}

// A redactor hides secrets in texts: an error of a server that has a Redact does.
type redactor interface{ Redact(text string) string }

// chain returns err and each error that it wraps for people, one on a line, with its type. What an error hides is
// hidden in those that it wraps, too.
func chain(err error) string {
	var lines []string
	var redactors []redactor
	whole := walk(err, 0, func(err error, depth int) bool {
		if len(lines) == maxChain {
			return false
		}
		if r, ok := err.(redactor); ok && !isNil(err) {
			redactors = append(redactors, r)
		}
		lines = append(lines, fmt.Sprintf("%s%T: %s", strings.Repeat("  ", depth), err, oneLine(err, redactors)))
		return true
	})
	if !whole {
		lines = append(lines, "…")
	}
	return strings.Join(lines, "\n")
}

// oneLine returns the first line of err's text, or the beginning of a long one, without what is to be hidden.
func oneLine(err error, redactors []redactor) string {
	if isNil(err) {
		return "nil"
	}
	text := err.Error()
	for _, r := range redactors {
		text = r.Redact(text)
	}
	text, _, more := strings.Cut(text, "\n")
	if len(text) > maxErrorText {
		text, more = strings.ToValidUTF8(text[:maxErrorText], ""), true
	}
	if more {
		text += " …"
	}
	return text
}
