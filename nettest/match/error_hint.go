package match

import (
	"fmt"
	"strings"
)

// errorMatchers returns one of each, for hints.
func errorMatchers() []*errorMatcher {
	return []*errorMatcher{beReset(), beRefused(), beTimeout(), beEOF(), beBrokenPipe()}
}

// hint returns the matchers that would have held for err, and what err is easily
// mistaken for.
func hint(err error) string {
	var b strings.Builder
	for _, m := range errorMatchers() {
		if m.is(err) {
			fmt.Fprintf(&b, "\nIt says %s: see %s.", m.says, m.name)
		}
	}
	if isUnexpectedEOF(err) {
		b.WriteString("\n" + unexpectedEOF)
	}
	return b.String()
}
