package match

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/onsi/gomega/format"

	"github.com/fakewire/fakewire/nettest/internal/words"
)

// Limits of what a failure shows. The transcript has its own.
const (
	maxQuoted = 512 // bytes of one stream or datagram
	maxListed = 10  // connections, or datagrams of one of them
)

// claim returns a failure's message: what was expected of the server, what there was, which must be what may
// be shown, and then the record.
func claim(r record, negated bool, expected, found string) string {
	to := "to "
	if negated {
		to = "not to "
	}
	if r.isSince() {
		expected += fmt.Sprintf("\nafter %v", r.mark)
	}
	text := fmt.Sprintf("Expected %v\n%s%s\n%s\n%v", r.title(), to, r.whole.Redact(expected), strings.TrimRight(found, "\n"), r.Transcript)
	return strings.TrimRight(text, "\n")
}

// indented returns text one step to the right.
func indented(text string) string { return format.IndentString(strings.TrimRight(text, "\n"), 1) }

// A list is lines, of which it keeps at most maxListed.
type list struct {
	n     int
	lines []string
}

// add adds a line, which it asks for only if that is shown.
func (l *list) add(line func() string) {
	if l.n++; l.n <= maxListed {
		l.lines = append(l.lines, line())
	}
}

// String returns the lines one step to the right.
func (l *list) String() string {
	lines := l.lines
	if more := l.n - len(lines); more > 0 {
		lines = append(slices.Clip(lines), fmt.Sprintf("… and %d more", more))
	}
	return indented(strings.Join(lines, "\n"))
}

// sized returns p for people, with its length.
func sized(p []byte) string {
	return fmt.Sprintf("%s %s", words.Count(len(p), "byte"), quoted(p))
}

// quoted returns p for people: as a Go string, or in hex if it is not text. A long p is
// cut in the middle.
func quoted(p []byte) string {
	if len(p) <= maxQuoted {
		return quotedWhole(p)
	}
	head, tail := p[:maxQuoted/2], p[len(p)-maxQuoted/2:]
	return fmt.Sprintf("%s … %d more … %s", quotedWhole(head), len(p)-maxQuoted, quotedWhole(tail))
}

func quotedWhole(p []byte) string {
	if isText(p) {
		return strconv.Quote(string(p))
	}
	return "hex " + hex.EncodeToString(p)
}

// isText reports whether p reads better as a string than in hex: it is UTF-8, except for
// a rune cut in two at either end, and not full of control characters.
func isText(p []byte) bool {
	control := 0
	for rest := p; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		at := len(p) - len(rest)
		if r == utf8.RuneError && n == 1 && at >= utf8.UTFMax && len(rest) >= utf8.UTFMax {
			return false
		}
		if r == utf8.RuneError && n == 1 || r < ' ' && !strings.ContainsRune("\r\n\t", r) {
			control++
		}
		rest = rest[n:]
	}
	return control <= len(p)/4
}

// onConn returns " from conn 1", " to peer 1", or the same of any of them if conn is zero.
func onConn(r record, preposition string, conn int) string {
	if conn == 0 {
		return fmt.Sprintf(" %s any %s", preposition, r.unit())
	}
	return fmt.Sprintf(" %s %s %d", preposition, r.unit(), conn)
}

// none says that there is no such connection.
func none(r record, conn int) string {
	switch {
	case r.isSince() && conn == 0:
		return fmt.Sprintf("but nothing is recorded of any %s since then.", r.unit())
	case r.whole.Conns() == 0:
		return fmt.Sprintf("but no %s came.", r.unit())
	}
	return fmt.Sprintf("but there was no %s %d: %d came.", r.unit(), conn, r.whole.Conns())
}
