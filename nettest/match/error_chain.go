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

// chain returns err and each error that it wraps for people, one on a line, with its type.
func chain(err error) string {
	var lines []string
	whole := walk(err, 0, func(err error, depth int) bool {
		if len(lines) == maxChain {
			return false
		}
		lines = append(lines, fmt.Sprintf("%s%T: %s", strings.Repeat("  ", depth), err, oneLine(err)))
		return true
	})
	if !whole {
		lines = append(lines, "…")
	}
	return strings.Join(lines, "\n")
}

// oneLine returns the first line of err's text, or the beginning of a long one.
func oneLine(err error) string {
	if isNil(err) {
		return "nil"
	}
	text, _, more := strings.Cut(err.Error(), "\n")
	if len(text) > maxErrorText {
		text, more = strings.ToValidUTF8(text[:maxErrorText], ""), true
	}
	if more {
		text += " …"
	}
	return text
}
