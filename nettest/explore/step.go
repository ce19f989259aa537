package explore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"syscall"
	"time"
)

// A Step is what became of one call of Wire.Do. It is plain data.
type Step struct {
	Caller int    // which of Config.Callers, from 1
	Name   string // what Do was given
	N      int    // the ordinal among the caller's steps of that name, from 1
	Answer string
	Err    error
	// Class is what kind of error Err is, such as "reset" or "timeout"; "" for none. Errors that differ
	// in an address or a number alone are of one class.
	Class string
	Began time.Duration // since the trial began
	Took  time.Duration
	Open  bool // it never returned
}

// Failed reports whether the step has an error, or never returned.
func (s Step) Failed() bool { return s.Open || s.Err != nil }

// String returns the step as "get 2".
func (s Step) String() string {
	text := fmt.Sprintf("%s %d", s.Name, s.N)
	if s.Caller > 1 {
		text += fmt.Sprintf(" of caller %d", s.Caller)
	}
	return text
}

// is reports whether two steps are the same one in different trials.
func (s Step) is(other Step) bool {
	return s.Caller == other.Caller && s.Name == other.Name && s.N == other.N
}

// textOf returns an answer as text, by which answers are compared.
func textOf(answer any) string {
	switch a := answer.(type) {
	case nil:
		return ""
	case string:
		return a
	case []byte:
		return string(a)
	case fmt.Stringer:
		return a.String()
	}
	if text, err := json.Marshal(answer); err == nil && string(text) != "{}" {
		return string(text)
	}
	return fmt.Sprintf("%+v", answer)
}

// timeout is the class of errors about a deadline.
const timeout = "timeout"

// classes are the errors that a class of its own goes by, in the order in which they are looked for.
var classes = []struct {
	err  error
	name string
}{
	{context.DeadlineExceeded, timeout},
	{os.ErrDeadlineExceeded, timeout},
	{context.Canceled, "canceled"},
	{syscall.ECONNREFUSED, "refused"},
	{syscall.ECONNRESET, "reset"},
	{syscall.EPIPE, "reset"}, // the same, if another call had the ECONNRESET: which does is a race
	{io.ErrUnexpectedEOF, "unexpected EOF"},
	{io.EOF, "EOF"},
	{net.ErrClosed, "closed"},
}

// passing is what differs between errors of one class.
var passing = regexp.MustCompile(`\[[0-9a-f:.]+\]|[0-9]+`)

// classOf returns an error's class.
func classOf(err error) string {
	if err == nil {
		return ""
	}
	for _, c := range classes {
		if errors.Is(err, c.err) {
			return c.name
		}
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		return timeout
	}
	return passing.ReplaceAllString(err.Error(), "#")
}
