package scenarios

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// An outcome is what a client made of an exchange.
type outcome struct {
	call   string // what was called
	answer string
	err    error
	took   time.Duration
}

// String returns the outcome as an assertion shows it.
func (o outcome) String() string {
	if isMisconduct(o.err) {
		return o.err.Error()
	}
	return fmt.Sprintf("%s = %s, %v after %v", o.call, quote(o.answer), o.err, o.took.Round(time.Microsecond))
}

// quote quotes an answer, and leaves out the rest of one that is too long to be looked
// at.
func quote(answer string) string {
	const limit = 200
	if len(answer) <= limit {
		return strconv.Quote(answer)
	}
	return fmt.Sprintf("%q… (%d bytes)", answer[:limit], len(answer))
}

// failed reports whether the exchange gave an error, in time and uninterrupted.
func (o outcome) failed() bool {
	return o.err != nil && !isMisconduct(o.err) && !errors.Is(o.err, ErrInconclusive)
}

// wantAnswer wants o to be an exchange with the given answer.
func (o outcome) wantAnswer(answer string) error {
	if o.err == nil && o.answer == answer {
		return nil
	}
	return o.but("want %s, <nil>", quote(answer))
}

// wantError wants o to be an exchange that failed, in time.
func (o outcome) wantError(why string) error {
	if o.failed() {
		return nil
	}
	return o.but("want an error: %s", why)
}

// wantAnswerOrError wants o to be an exchange with the given answer, or one that failed,
// in time, and none with another answer.
func (o outcome) wantAnswerOrError(answer string) error {
	if o.failed() || o.err == nil && o.answer == answer {
		return nil
	}
	return o.but("want %s or an error", quote(answer))
}

// but returns an error that says what o was, and what was wanted. If the run was
// interrupted, it says that.
func (o outcome) but(format string, args ...any) error {
	if errors.Is(o.err, ErrInconclusive) {
		return o.err
	}
	text := fmt.Sprintf("%v, %s", o, fmt.Sprintf(format, args...))
	if m, ok := errors.AsType[*misconduct](o.err); ok {
		return &misconduct{How: m.How, Text: text}
	}
	return &unwanted{o, text}
}

// unwanted is the error about an outcome that was not wanted.
type unwanted struct {
	outcome outcome
	text    string
}

func (u *unwanted) Error() string { return u.text }

// kind returns what an outcome has in common with others that are like it.
func (o outcome) kind() string {
	if o.err != nil {
		return "error"
	}
	return "answer"
}
