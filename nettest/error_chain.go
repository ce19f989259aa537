package nettest

import (
	"fmt"
	"strings"
)

// What a failure shows of a chain of errors at most.
const (
	maxChain = 20  // errors
	maxError = 300 // bytes of one error's text
)

// walk calls visit for err and all errors that it wraps, with their depths, until it
// returns false. It reports whether it never did.
func walk(err error, depth int, visit func(err error, depth int) bool) bool {
	switch {
	case err == nil:
		return true
	case !visit(err, depth):
		return false
	case isNil(err): // it has no Unwrap that could be called
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

// chain returns err and all errors that it wraps for people, each on a line of its own
// with its type.
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

// oneLine returns err's text as a line of bearable length.
func oneLine(err error) string {
	if isNil(err) {
		return "nil"
	}
	text, _, more := strings.Cut(err.Error(), "\n")
	if len(text) > maxError {
		text, more = strings.ToValidUTF8(text[:maxError], ""), true
	}
	if more {
		text += " …"
	}
	return text
}
