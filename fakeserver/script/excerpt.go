package script

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// How many bytes are shown before the first that differs, and from there on; in hex a third of that.
const (
	maxBefore = 24
	maxAfter  = 40
	hexPart   = 3
)

// excerpt shows what was wanted and what came around the byte at an offset in both, and a line that points at it. If
// want is nil, it only shows what came. base is the offset in the stream of the first byte.
func excerpt(want, got []byte, at int, base int64) string {
	if len(got) == 0 {
		return "" // the message says it all
	}
	show := quoted
	if !human.IsText(got) || !human.IsText(want) {
		show = dumped
	}
	from, to := window(at, show.part)
	at = min(at, len(got))
	offset := fmt.Sprintf("@%d", base+int64(from))
	var b strings.Builder
	line := func(name string, p []byte) (column int) {
		text, column := show.text(p, from, at, to)
		head := fmt.Sprintf("    %-4s %s  ", name, offset)
		b.WriteString(head + text + "\n")
		return len(head) + column
	}
	if want != nil {
		line("want", want)
	}
	column := line("got", got)
	fmt.Fprintf(&b, "%*s^\n", column, "")
	return b.String()
}

func window(at, part int) (from, to int) {
	return max(0, at-maxBefore/part), at + maxAfter/part
}

// A form is how bytes are shown.
type form struct {
	part int // of the bytes that are shown as text
	// text shows the bytes of a window, and says in which column the one at an offset is.
	text func(p []byte, from, at, to int) (text string, column int)
}

var (
	quoted = form{1, quote}
	dumped = form{hexPart, dump}
)

func quote(p []byte, from, at, to int) (text string, column int) {
	text = `"` + inside(p, from, at)
	column = utf8.RuneCountInString(text)
	return text + inside(p, at, to) + `"` + more(p, to), column
}

// inside returns part of p as it is within quotes.
func inside(p []byte, from, to int) string {
	q := strconv.QuoteToASCII(string(cut(p, from, to)))
	return q[1 : len(q)-1]
}

func dump(p []byte, from, at, to int) (text string, column int) {
	text = hex(cut(p, from, at))
	column = len(text)
	text += hex(cut(p, at, to))
	return fmt.Sprintf("%-*s|%s|%s", 3*(maxBefore+maxAfter)/hexPart, text, human.Visible(cut(p, from, to)), more(p, to)), column
}

func hex(p []byte) string {
	var b strings.Builder
	for _, c := range p {
		fmt.Fprintf(&b, "%02x ", c)
	}
	return b.String()
}

func cut(p []byte, from, to int) []byte {
	to = min(to, len(p))
	return p[min(from, to):to]
}

// more says how much of p comes after the window.
func more(p []byte, to int) string {
	if len(p) <= to {
		return ""
	}
	return fmt.Sprintf(" … %s more", human.CountGrouped(len(p)-to, "byte"))
}
