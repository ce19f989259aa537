package fakeserver

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// traceVariable has each server write what happens to standard error, if it is 1.
const traceVariable = "FAKEWIRE_TRACE"

// tracing reports whether servers are to write what happens.
func tracing() (bool, error) {
	switch text := os.Getenv(traceVariable); text {
	case "", "0":
		return false, nil
	case "1":
		return true, nil
	default:
		return false, fmt.Errorf("%w: %s=%q, want 1 or 0", ErrConfig, traceVariable, text)
	}
}

// tracer returns what writes the events of a server to w, each as a line, in one write, so that those of several servers and
// processes don't mix. If something of them is to be hidden, no bytes and no texts are shown: what is part of a secret may
// be known only when the rest of it comes.
func tracer(w io.Writer, h transcript.Header, hidden transcript.Redactor) func(transcript.Event) {
	name, printer := h.String(), transcript.Printer{Header: h}
	return func(e transcript.Event) {
		if hidden != nil {
			e.Text = strings.Repeat("*", len(e.Text))
			e.Rule = string(hidden(transcript.Excerpt{Data: []byte(e.Rule)}))
			if e.Data != nil {
				e.Data = bytes.Repeat([]byte("*"), len(e.Data))
			}
		}
		io.WriteString(w, name+": "+printer.Line(e)+"\n")
	}
}
