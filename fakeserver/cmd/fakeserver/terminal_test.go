package main

import (
	"bytes"
	"testing"
)

// What could control a terminal, or write backwards on it, is shown as what it is.
func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"plain, and é世 \t\n":       "plain, and é世 \t\n",
		"\x1b]0;title\x07 \r\x7f":  `\x1b]0;title\a \r\x7f`,
		"\u202eevil \u2028 \u009b": `\u202eevil \u2028 \u009b`,
	} {
		if got := printable(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

// Colors are for terminals, and for those who ask for them.
func TestColors(t *testing.T) {
	var b bytes.Buffer
	if automatic.colors(&b) || never.colors(&b) || !always.colors(&b) {
		t.Error("a file has colors, or has not where they are wanted")
	}
	if got := painted("a\nb\n", red); got != red+"a\nb"+reset+"\n" {
		t.Errorf("painted is %q", got)
	}
}
