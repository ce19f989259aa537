package nettest

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/onsi/gomega/format"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What a failure shows at most, besides the transcript, which has a limit of its own.
const (
	maxQuoted = 512 // bytes of one stream or datagram
	maxListed = 10  // connections, or datagrams of one of them
)

// claim puts what was expected of the server and what there was into words, and the
// record below them.
func claim(r record, negated bool, expected, found string) string {
	to := "to "
	if negated {
		to = "not to "
	}
	text := fmt.Sprintf("Expected %v\n%s%s\n%s\n%v", r.Header(), to, expected, strings.TrimRight(found, "\n"), r.Transcript)
	return strings.TrimRight(text, "\n")
}

// indented returns text one step to the right.
func indented(text string) string { return format.IndentString(strings.TrimRight(text, "\n"), 1) }

// A list is lines, of which it keeps as many as are bearable.
type list struct {
	n     int
	lines []string
}

// add adds what line returns, which it calls only if the line is shown.
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

// quoted returns p for people: as a Go string, or hex if it is no text. Of much it
// shows the beginning and the end.
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

// isText reports whether most people would rather read p as a string: it is UTF-8,
// but for a rune cut in two at either end, and not full of control characters.
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

// onConn returns " word conn n", " word peer n", or the same of any of them.
func (r record) onConn(word string, n int) string {
	if n == 0 {
		return fmt.Sprintf(" %s any %s", word, r.unit())
	}
	return fmt.Sprintf(" %s %s %d", word, r.unit(), n)
}

// unit is what the record counts: conns, or peers.
func (r record) unit() string {
	if r.isPackets() {
		return "peer"
	}
	return "conn"
}

// none says that the connection that was asked for does not exist.
func (r record) none(conn int) string {
	if r.Conns() == 0 {
		return fmt.Sprintf("but no %s came.", r.unit())
	}
	return fmt.Sprintf("but there was no %s %d: %d came.", r.unit(), conn, r.Conns())
}

// did is what the server did with the bytes of f, and the word that goes with it.
func did(f flow) (verb, word string) {
	switch {
	case f.d == transcript.ToClient:
		return "sent", "to"
	case f.discarded:
		return "discarded", "from"
	}
	return "received", "from"
}
