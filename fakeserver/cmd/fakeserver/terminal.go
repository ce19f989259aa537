package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// isTerminal reports whether w is one.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// A choice is of when to use colors.
type choice string

// The choices. On a terminal that is no dumb one is automatic, unless NO_COLOR is set, to whatever is not empty (no-color.org).
const (
	automatic choice = "auto"
	always    choice = "always"
	never     choice = "never"
)

func (c *choice) String() string { return string(*c) }

func (c *choice) Type() string { return "when" }

func (c *choice) Set(s string) error {
	switch choice(s) {
	case automatic, always, never:
		*c = choice(s)
		return nil
	}
	return fmt.Errorf("want %s, %s or %s", automatic, always, never)
}

// colors reports whether w is to have colors.
func (c choice) colors(w io.Writer) bool {
	if c == automatic {
		return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return c == always
}

// Colors of what a line is about, as every terminal has them.
const (
	plain  = ""
	bold   = "\x1b[1m"
	faint  = "\x1b[2m"
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[1;33m"
	cyan   = "\x1b[36m"
	reset  = "\x1b[0m"
)

// colorOf returns the color of an event's lines: what went wrong stands out.
func colorOf(e transcript.Event) string {
	switch e.Kind {
	case transcript.Fault:
		return yellow
	case transcript.RST, transcript.Unread, transcript.Discarded, transcript.Unsent, transcript.FINUnsent, transcript.DatagramUnsent,
		transcript.Undelivered, transcript.Drop, transcript.Refused, transcript.Error:
		return red
	case transcript.Data, transcript.Datagram:
		if e.Direction == transcript.FromClient {
			return cyan
		}
		return green
	case transcript.Note:
		return bold
	}
	return faint
}

// painted returns lines in a color.
func painted(text, color string) string {
	if color == plain {
		return text
	}
	body := strings.TrimSuffix(text, "\n")
	return color + body + reset + text[len(body):]
}

// printable returns text as it is safe to show it on a terminal: what controls one, or turns the direction of writing, is escaped.
func printable(text string) string { return human.Escape(text, '\n', '\t') }
