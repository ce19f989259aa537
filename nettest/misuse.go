package nettest

import "fmt"

// A misuseError says that an assertion can't be made, and so neither holds nor fails.
type misuseError struct{ text string }

func misuse(format string, args ...any) error {
	return &misuseError{fmt.Sprintf(format, args...)}
}

func (e *misuseError) Error() string { return e.text }

// FormattedGomegaError is what Gomega prints of it, in place of its Go value.
func (e *misuseError) FormattedGomegaError() string { return e.text }

// checkConn refuses connection numbers that don't exist.
func checkConn(matcher string, conn int, chosen bool) error {
	if chosen && conn < 1 {
		return misuse("%s: OnConn(%d): connections are numbered from 1", matcher, conn)
	}
	return nil
}
