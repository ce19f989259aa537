package fakeserver

import (
	"fmt"
	"io"
	"os"

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
// processes don't mix.
func tracer(w io.Writer, h transcript.Header) func(transcript.Event) {
	name := h.String()
	return func(e transcript.Event) { io.WriteString(w, name+": "+e.String()+"\n") }
}
