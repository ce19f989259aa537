package match

import (
	"bytes"
	"fmt"
	"regexp"

	"github.com/onsi/gomega/format"
	"github.com/onsi/gomega/types"
)

// A pattern is what bytes are compared with: a text, a regular expression or a matcher.
type pattern struct {
	text    []byte
	isText  bool
	re      *regexp.Regexp
	matcher types.GomegaMatcher
	err     error // why there is nothing to compare with
}

// newPattern returns the pattern for x, which a user gave; matcher is for errors.
func newPattern(matcher string, x any) pattern {
	switch x := x.(type) {
	case string:
		return pattern{text: []byte(x), isText: true}
	case []byte:
		return pattern{text: bytes.Clone(x), isText: true}
	case *regexp.Regexp:
		if x != nil {
			return pattern{re: x}
		}
	case types.GomegaMatcher:
		if !isNil(x) {
			return pattern{matcher: x}
		}
	}
	return pattern{err: misuse("%s(x): x must be a string, a []byte, a *regexp.Regexp or a matcher, not %s", matcher, describe(x))}
}

// within reports whether b contains the text, or matches.
func (p pattern) within(b []byte) (bool, error) {
	if p.isText {
		return bytes.Contains(b, p.text), nil
	}
	return p.match(b)
}

// equals reports whether b is the text, or matches.
func (p pattern) equals(b []byte) (bool, error) {
	if p.isText {
		return bytes.Equal(b, p.text), nil
	}
	return p.match(b)
}

func (p pattern) match(b []byte) (bool, error) {
	if p.re != nil {
		return p.re.Match(b), nil
	}
	ok, err := p.matcher.Match(string(b))
	if err != nil {
		return false, misuse("the matcher, which gets a string, says: %v", err)
	}
	return ok, nil
}

// String returns the pattern for people.
func (p pattern) String() string {
	switch {
	case p.isText:
		return quoted(p.text)
	case p.re != nil:
		return fmt.Sprintf("a match of the expression %q", p.re)
	}
	return "what satisfies\n" + format.Object(p.matcher, 1)
}

// because returns what the matcher itself says about b, or "" if the pattern is not one.
func (p pattern) because(b []byte, negated bool) string {
	switch {
	case p.matcher == nil:
		return ""
	case negated:
		return p.matcher.NegatedFailureMessage(string(b))
	}
	return p.matcher.FailureMessage(string(b))
}
