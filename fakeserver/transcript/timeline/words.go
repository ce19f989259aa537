package timeline

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// plain returns s as text that shows all it has: control characters, marks that turn the
// direction of text, and bytes that are no UTF-8 as escapes of Go.
func plain(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case unicode.IsGraphic(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		s = s[n:]
	}
	return b.String()
}

// plainLines is plain for each line of s.
func plainLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = plain(line)
	}
	return strings.Join(lines, "\n")
}

// printable reports whether p is text: UTF-8 of graphic characters and the usual white
// space. A character that a cap cut in two does not make it binary.
func printable(p []byte) bool {
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

// maxPreview is how many bytes a row shows.
const maxPreview = 64

// preview returns the first bytes of p for a row: as a Go string if it is text, else as hex.
func preview(p []byte) string {
	const maxHex = 20 // bytes
	if first := p[:min(len(p), maxPreview)]; printable(first) {
		return strconv.Quote(string(first)) + more(len(p)-len(first))
	}
	first := p[:min(len(p), maxHex)]
	return strings.TrimSpace(fmt.Sprintf("% x", first)) + more(len(p)-len(first))
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return " …"
}

// dump returns p in lines, each after its offset: line by line if it is text, else as hex.
func dump(offset int64, p []byte) string {
	if printable(p) {
		return dumpText(offset, p)
	}
	return dumpHex(offset, p)
}

// dumpText returns lines of text. The page's script writes the same.
func dumpText(offset int64, p []byte) string {
	var b strings.Builder
	for len(p) > 0 {
		n := bytes.IndexByte(p, '\n') + 1
		if n == 0 {
			n = len(p)
		}
		text := strconv.Quote(string(p[:n]))
		text = strings.ReplaceAll(text[1:len(text)-1], `\"`, `"`)
		fmt.Fprintf(&b, "%8d  %s\n", offset, text)
		p, offset = p[n:], offset+int64(n)
	}
	return b.String()
}

// dumpHex returns rows of 16 bytes. The page's script writes the same.
func dumpHex(offset int64, p []byte) string {
	const width = 16
	var b strings.Builder
	for len(p) > 0 {
		n := min(len(p), width)
		ascii := []byte(strings.Repeat(".", n))
		for i, c := range p[:n] {
			if c >= ' ' && c <= '~' {
				ascii[i] = c
			}
		}
		fmt.Fprintf(&b, "%8d  %-47s  %s\n", offset, spaced(p[:n]), ascii)
		p, offset = p[n:], offset+int64(n)
	}
	return b.String()
}

// spaced returns p as "01 ab".
func spaced(p []byte) string {
	var b strings.Builder
	for i := range p {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(hex.EncodeToString(p[i : i+1]))
	}
	return b.String()
}

// duration returns d with three digits: "1.23 ms".
func duration(d time.Duration) string {
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		if d >= unit.of {
			x := float64(d) / float64(unit.of)
			switch {
			case x >= 99.95:
				return fmt.Sprintf("%.0f %s", x, unit.name)
			case x >= 9.995:
				return fmt.Sprintf("%.1f %s", x, unit.name)
			}
			return fmt.Sprintf("%.2f %s", x, unit.name)
		}
	}
	return fmt.Sprintf("%d ns", d.Nanoseconds())
}

// humanSize returns n bytes as "2.8 MB".
func humanSize(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	size, unit := float64(n)/1000, 0
	for size >= 999.95 && unit < len("kMGTPE")-1 {
		size, unit = size/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", size, "kMGTPE"[unit])
}

// grouped returns n as "5,488".
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// plural returns "1 byte" or "2,000 bytes", say.
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}
