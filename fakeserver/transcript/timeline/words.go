package timeline

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// plainLines is plain for each line of s.
func plainLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = human.Escape(line)
	}
	return strings.Join(lines, "\n")
}

// maxPreview is how many bytes a row shows.
const maxPreview = 64

// preview returns the first bytes of p for a row: as a Go string if it is text, else as hex.
func preview(p []byte) string {
	const maxHex = 20 // bytes
	if first := p[:min(len(p), maxPreview)]; human.IsText(first) {
		return strconv.Quote(string(first)) + more(len(p)-len(first))
	}
	first := p[:min(len(p), maxHex)]
	return fmt.Sprintf("% x", first) + more(len(p)-len(first))
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return " …"
}

// dump returns p in lines, each after its offset: line by line if it is text, else as hex.
func dump(offset int64, p []byte) string {
	if human.IsText(p) {
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
		fmt.Fprintf(&b, "%8d  % -47x  %s\n", offset, p[:n], human.Visible(p[:n]))
		p, offset = p[n:], offset+int64(n)
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
