package transcript

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// How many bytes are shown before the first that differs, and from there on; in hex a third of that.
const (
	maxBefore = 24
	maxAfter  = 48
	hexPart   = 3
)

// ignored is shown where bytes are ignored.
const ignored = "<ignored>"

// excerpts returns a line for each record, of what is around a position, and one that points at that.
func (x *comparer) excerpts(f *[2]folded, first int) string {
	w := windowOf(f, first)
	var lines, offsets [2]string
	var columns [2]int
	for i := range f {
		lines[i], columns[i] = w.show(&f[i])
		offsets[i] = fmt.Sprintf("@%d", f[i].offset(w.from))
	}
	name := max(utf8.RuneCountInString(x.names[0]), utf8.RuneCountInString(x.names[1]))
	offset := max(len(offsets[0]), len(offsets[1]))
	var b strings.Builder
	for i, line := range lines {
		fmt.Fprintf(&b, "    %-*s  %*s  %s\n", name, x.names[i], offset, offsets[i], line)
	}
	fmt.Fprintf(&b, "    %*s^\n", name+2+offset+2+min(columns[0], columns[1]), "")
	return b.String()
}

// A window is what is shown of two records.
type window struct {
	from  int // a position in both
	at    int // what differs: where the character begins, if the byte is of one
	to    int // a position, unless a record ends before it
	hex   bool
	quote func(string) string // if it is not in hex
}

// windowOf returns what to show around a position. What comes before it is the same in both, and so
// takes as many columns.
func windowOf(f *[2]folded, first int) window {
	w := window{from: max(0, first-maxBefore), at: first, to: first + maxAfter, quote: strconv.Quote}
	if isBinary(&f[0], w) || isBinary(&f[1], w) {
		w.from, w.to, w.hex = max(0, first-maxBefore/hexPart), first+maxAfter/hexPart, true
		return w
	}
	w.from = min(f[0].runeStart(w.from, 0), f[1].runeStart(w.from, 0))
	w.at = min(f[0].runeStart(first, w.from), f[1].runeStart(first, w.from))
	if !isNarrow(f[0].bytes[w.from:w.at]) {
		w.quote = strconv.QuoteToASCII
	}
	return w
}

// runeStart returns where the character at a position of bytes begins, if it is one, and no sooner than low.
func (f *folded) runeStart(at, low int) int {
	if at >= len(f.bytes) || utf8.RuneStart(f.bytes[at]) {
		return at
	}
	for i := at - 1; i >= max(low, at-utf8.UTFMax+1); i-- {
		if utf8.RuneStart(f.bytes[i]) {
			if _, n := utf8.DecodeRune(f.bytes[i:]); i+n > at {
				return i
			}
			break
		}
	}
	return at
}

// isBinary reports whether f is better shown in hex: more than a quarter of it can't be printed.
func isBinary(f *folded, w window) bool {
	odd, all := 0, 0
	for p := range f.pieces(w) {
		for rest := p.bytes; len(rest) > 0; {
			r, n := utf8.DecodeRune(rest)
			if r == utf8.RuneError && n == 1 || !unicode.IsGraphic(r) && !strings.ContainsRune("\r\n\t", r) {
				odd++
			}
			rest = rest[n:]
			all += n
		}
	}
	return odd > all/4
}

// isNarrow reports whether each character of p takes one column where it is shown.
func isNarrow(p []byte) bool {
	return !strings.ContainsFunc(string(p), func(r rune) bool { return r >= 0x1100 || unicode.In(r, unicode.M, unicode.Cf) })
}

// A piece is part of what is folded: bytes, or a run, which has none.
type piece struct {
	at    int // its position
	bytes []byte
}

// pieces returns what f has in a window. No piece is both before what differs and of it.
func (f *folded) pieces(w window) iter.Seq[piece] {
	return func(yield func(piece) bool) {
		for at, to := w.from, min(w.to, len(f.bytes)); at < to; {
			end := to
			if at < w.at {
				end = min(end, w.at)
			}
			p := piece{at: at}
			i, isRun := f.runAt(at)
			switch {
			case isRun:
				end = at + 1
			case i < len(f.runs):
				end = min(end, f.runs[i].at)
			}
			if !isRun {
				p.bytes = f.bytes[at:end]
			}
			if !yield(p) {
				return
			}
			at = end
		}
	}
}

// show returns what f has in the window, and the column of what differs.
func (w window) show(f *folded) (line string, column int) {
	show := w.text
	if w.hex {
		show = w.dump
	}
	line, column = show(f)
	if more := len(f.data) - f.unfold(min(w.to, len(f.bytes))); more > 0 {
		line += fmt.Sprintf(" … %s more", human.Grouped(int64(more)))
	}
	return line, column
}

// text is show for what reads as Go strings.
func (w window) text(f *folded) (line string, column int) {
	var b strings.Builder
	open, column := false, -1
	quotes := func(want bool) {
		if open != want {
			b.WriteString(`"`)
			open = want
		}
	}
	for p := range f.pieces(w) {
		quotes(p.bytes != nil)
		if p.at == w.at {
			column = utf8.RuneCountInString(b.String())
		}
		if p.bytes == nil {
			b.WriteString(ignored)
			continue
		}
		text := w.quote(string(p.bytes))
		b.WriteString(text[1 : len(text)-1])
	}
	if b.Len() == 0 {
		quotes(true)
	}
	if column < 0 { // f ends there
		column = utf8.RuneCountInString(b.String())
	}
	quotes(false)
	return b.String(), column
}

// dump is show for all else: in hex, and beside that as text.
func (w window) dump(f *folded) (line string, column int) {
	var hex, text strings.Builder
	column = -1
	for p := range f.pieces(w) {
		if p.at == w.at {
			column = hex.Len()
		}
		if p.bytes == nil {
			hex.WriteString(ignored + " ")
			text.WriteString(ignored)
		}
		for _, c := range p.bytes {
			fmt.Fprintf(&hex, "%02x ", c)
		}
		text.WriteString(human.Visible(p.bytes))
	}
	if column < 0 {
		column = hex.Len()
	}
	const width = 3 * (maxBefore + maxAfter) / hexPart
	return fmt.Sprintf("%-*s |%s|", width, hex.String(), text.String()), column
}
