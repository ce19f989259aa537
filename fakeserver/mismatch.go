package fakeserver

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A MismatchError is what a handler returns when a client did not do what the handler wanted of it; those of
// script.Script and [Playback] are of this type. It may be wrapped. It ends the connection with an RST and makes Verify
// fail, as any error of a handler does, unless the server's own plan is the cause:
//
//   - Where nothing came any more (Ended), each rule that has acted on the connection or peer excuses it.
//   - Where something else came, each rule FromClient that has changed what the handler got there does: see
//     [fault.ChangesContent].
//
// What is excused is in the record, and ends the connection in order.
type MismatchError struct {
	Step     string // where the handler was, such as `step 3 of 5, expect "PING\r\n"`
	Datagram int64  // the number of the client's datagram that it is about; zero: it is about a stream
	Offset   int64  // of the first byte that differs, or is missing, in the stream or in the datagram
	Want     string // what was wanted there, quoted or in words
	Got      []byte // what came in its place; what is far from Offset may be left out
	Ended    string // why nothing came any more, such as "the client ended its stream"; empty: something else came
	Detail   string // more lines for people, such as a diff; may be empty
}

// maxGot is how much of what came an error shows.
const maxGot = 64

// Error returns a line, and Detail after it.
func (e *MismatchError) Error() string {
	var b strings.Builder
	if e.Step != "" {
		b.WriteString(e.Step + ": ")
	}
	if e.Datagram > 0 {
		fmt.Fprintf(&b, "datagram %d, ", e.Datagram)
	}
	fmt.Fprintf(&b, "byte %d: ", e.Offset)
	if e.Want != "" {
		fmt.Fprintf(&b, "want %s, ", e.Want)
	}
	b.WriteString("got " + e.got())
	if e.Ended != "" {
		b.WriteString(": " + e.Ended)
	}
	if e.Detail != "" {
		b.WriteString("\n" + strings.TrimSuffix(e.Detail, "\n"))
	}
	return b.String()
}

func (e *MismatchError) got() string {
	if len(e.Got) == 0 {
		return "nothing"
	}
	if len(e.Got) <= maxGot {
		return strconv.Quote(string(e.Got))
	}
	return fmt.Sprintf("%q … %s more", e.Got[:maxGot], human.CountGrouped(len(e.Got)-maxGot, "byte"))
}

// excuse returns what rule is the cause of a handler's error on connection or peer n; empty, if none is.
func (s *core) excuse(n int, err error) (rule string) {
	m, ok := errors.AsType[*MismatchError](err)
	if !ok {
		return ""
	}
	for e := range s.rec.Snapshot().Conn(n).All() {
		if e.Kind != transcript.Fault {
			continue
		}
		if m.Ended != "" || e.Direction == transcript.FromClient && s.changesContent(e.Rule) {
			return e.Rule
		}
	}
	return ""
}

// changesContent reports whether the rule with that key changes what is received.
func (s *core) changesContent(key string) bool {
	for _, o := range s.compiled().Report().Rules {
		if o.Key == key && fault.ChangesContent(o.Rule.Fault, s.medium) {
			return true
		}
	}
	return false
}

// excusedNote is the text of the record for an error that a rule is the cause of.
func excusedNote(rule string, err error) string {
	return fmt.Sprintf("handler: %s (no failure: %s has acted)", firstLine(err), rule)
}
