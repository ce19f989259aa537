package human_test

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

func TestIsText(t *testing.T) {
	for p, want := range map[string]bool{
		"": true, "PING\r\n\t": true, "é世": true, "\x00": false, "\x1b[0m": false, "\u202e": false,
		"cut \xe4\xb8": true, "\xe4\xb8 cut": false, "\xff": false,
	} {
		if got := human.IsText([]byte(p)); got != want {
			t.Errorf("IsText(%q) = %v, want %v", p, got, want)
		}
	}
}

// What could control a terminal, or write backwards on it, is shown as what it is.
func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"plain, and é世 \t\n":            "plain, and é世 \t\n",
		"\x1b]0;title\x07 \r\x7f'\"\\":  `\x1b]0;title\a \r\x7f'"\`,
		"\u202eevil \u2028 \u009b\xff ": `\u202eevil \u2028 \u009b\xff `,
	} {
		if got := human.Escape(text, '\n', '\t'); got != want {
			t.Errorf("Escape(%q) = %q, want %q", text, got, want)
		}
	}
	if got := human.Escape("a\nb\t"); got != `a\nb\t` {
		t.Errorf("with nothing to keep: %q", got)
	}
}

func TestVisible(t *testing.T) {
	if got := human.Visible([]byte("a ~\x7f\x00\r\xc3\xa9")); got != "a ~....." {
		t.Errorf("Visible: %q", got)
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 2_809_856: "2.8 MB", 999_949: "999.9 kB", 999_950: "1.0 MB", 1 << 40: "1.1 TB",
	} {
		if got := human.Size(n); got != want {
			t.Errorf("Size(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int64][2]string{
		0: {"0 bytes", "0 bytes"}, 1: {"1 byte", "1 byte"}, 12: {"12 bytes", "12 bytes"},
		-123: {"-123 bytes", "-123 bytes"}, -1234567: {"-1234567 bytes", "-1,234,567 bytes"},
	} {
		if got := [2]string{human.Count(n, "byte"), human.CountGrouped(n, "byte")}; got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}
