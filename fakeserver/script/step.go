package script

import (
	"strconv"
	"strings"
)

// A Step is one thing that a script does. The functions of this package make steps, and so do the methods of a
// [Framing]. The zero Step is none: Validate refuses it.
type Step struct {
	act action
	at  place // in a file; zero: it is written in Go
}

// String returns the step as [Parse] reads it: a line, or a block of several.
func (s Step) String() string { return strings.TrimSuffix(format([]Step{s}), "\n") }

// An action is what a step does.
type action interface {
	head(quote quoter) string // the step as text, without what is in braces
	check(c *checker)
	run(r *run) error
}

// A quoter puts a text into quotes: strconv.Quote, or shown.
type quoter func(string) string

// A block is an action that has steps: one list, or several of which one is done.
type block interface {
	action
	parts() []Script
}

// An expectation is an action that waits for something of the client.
type expectation interface {
	action
	want() string                                // for people
	matcher() matcher                            // of a stream; nil: it can't work, which Validate says
	texts() []string                             // all that it matches, if it is exact; else nil
	fits(p []byte) (at int, why string, ok bool) // whether a datagram is what it wants, and if not, from where on
	found(p []byte) *match                       // what it has matched of a datagram, for templates; nil: nothing that they can use
}

func (s Step) expectation() (expectation, bool) {
	e, ok := s.act.(expectation)
	return e, ok
}

func partsOf(s Step) []Script {
	if b, ok := s.act.(block); ok {
		return b.parts()
	}
	return nil
}

// each calls f for all steps and for those in their blocks.
func each(steps []Step, f func(Step)) {
	for _, s := range steps {
		f(s)
		for _, part := range partsOf(s) {
			each(part, f)
		}
	}
}

// format returns steps as text, a line each.
func format(steps []Step) string {
	var b strings.Builder
	formatTo(&b, steps, "")
	return b.String()
}

func formatTo(b *strings.Builder, steps []Step, indent string) {
	for _, s := range steps {
		b.WriteString(indent)
		if s.act == nil {
			b.WriteString("# no step\n")
			continue
		}
		b.WriteString(s.act.head(strconv.Quote))
		for i, part := range partsOf(s) {
			if i > 0 {
				b.WriteString(indent + "} or")
			}
			b.WriteString(" {\n")
			formatTo(b, part, indent+"\t")
		}
		if partsOf(s) != nil {
			b.WriteString(indent + "}")
		}
		b.WriteString("\n")
	}
}
