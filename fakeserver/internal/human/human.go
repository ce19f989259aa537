// Package human puts bytes, sizes and numbers into words, for people: in texts of records, on pages and in messages.
package human

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsText reports whether p is text: UTF-8 of graphic characters and the usual white space. A
// character that a cap cut in two does not make it binary.
func IsText(p []byte) bool {
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 {
			return len(p) < utf8.UTFMax && !utf8.FullRune(p)
		}
		if !unicode.IsGraphic(r) && !strings.ContainsRune("\r\n\t", r) {
			return false
		}
		p = p[n:]
	}
	return true
}

// Escape returns s as text that shows all it has: what controls a terminal, turns the direction of writing or is no
// UTF-8 is escaped as in Go, but for the characters in keep.
func Escape(s string, keep ...rune) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case unicode.IsGraphic(r) || slices.Contains(keep, r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		s = s[n:]
	}
	return b.String()
}

// Visible returns p with dots for what is not printable ASCII, as beside a hex dump.
func Visible(p []byte) string {
	q := make([]byte, len(p))
	for i, c := range p {
		if q[i] = '.'; c >= ' ' && c <= '~' {
			q[i] = c
		}
	}
	return string(q)
}

// Size returns n bytes as "2.8 MB".
func Size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	size, unit := float64(n)/1000, 0
	for size >= 999.95 && unit < len("kMGTPE")-1 {
		size, unit = size/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", size, "kMGTPE"[unit])
}

// Grouped returns n as "5,488".
func Grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// Noun returns the noun for n things: with an s, unless n is 1.
func Noun[N int | int64](n N, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// Count returns "1 byte" or "2000 bytes", say.
func Count[N int | int64](n N, noun string) string { return fmt.Sprint(n) + " " + Noun(n, noun) }

// CountGrouped returns "1 byte" or "2,000 bytes", say.
func CountGrouped[N int | int64](n N, noun string) string {
	return Grouped(int64(n)) + " " + Noun(n, noun)
}
