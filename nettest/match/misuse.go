package match

import "fmt"

// A misuseError says why an assertion can't be made. Match returns it, so that the
// negated assertion fails too.
type misuseError struct{ text string }

func misuse(format string, args ...any) error {
	return &misuseError{fmt.Sprintf(format, args...)}
}

func (e *misuseError) Error() string { return e.text }

// FormattedGomegaError makes Gomega print the text in place of the Go value.
func (e *misuseError) FormattedGomegaError() string { return e.text }
