package scenarios

import (
	"bytes"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// heard reports whether the collector got a line, in one datagram or on one
// connection.
func (f framing) heard(t transcript.Transcript, line string) bool {
	text := f.spell(line)
	tails := map[int][]byte{} // the last bytes of each connection
	for e := range t.All() {
		if e.Direction != transcript.FromClient || e.Size() == 0 {
			continue
		}
		tail := tails[e.Conn]
		seam := append(tail, e.Data[:min(len(e.Data), len(text))]...)
		if bytes.Contains(e.Data, []byte(text)) || bytes.Contains(seam, []byte(text)) {
			return true
		}
		if e.Kind != transcript.Datagram {
			tail = append(tail, e.Data[max(0, len(e.Data)-len(text)):]...)
			tails[e.Conn] = tail[max(0, len(tail)-len(text)):]
		}
	}
	return false
}

// heardAll reports whether the collector got lines, whose numbers follow one another, in
// whatever order. To look for one after another would take minutes.
func (f framing) heardAll(t transcript.Transcript, lines []string) bool {
	got, _ := f.received(t)
	seen := make([]bool, len(lines))
	left := len(lines)
	for _, line := range got {
		start := lineStart.FindStringIndex(line)
		if start == nil {
			continue
		}
		if n := indexOf(line[start[0]:], lines); n >= 0 && !seen[n] {
			seen[n] = true
			left--
		}
	}
	return left == 0
}
