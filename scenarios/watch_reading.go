package scenarios

import (
	"cmp"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A readLine is a line of a stream, and the event with which its end was read.
type readLine struct {
	text string
	seq  int64
}

// receivedInTime is received for streams, with the lines of all connections in the order in
// which their ends were read.
func (f framing) receivedInTime(t transcript.Transcript) (lines []string) {
	var all []readLine
	for n := 1; n <= t.Conns(); n++ {
		all = append(all, f.readLines(t.Conn(n))...)
	}
	slices.SortStableFunc(all, func(a, b readLine) int { return cmp.Compare(a.seq, b.seq) })
	for _, line := range all {
		lines = append(lines, line.text)
	}
	return lines
}

// readLines returns the lines of one connection, and what is left after them.
func (f framing) readLines(conn transcript.Transcript) (lines []readLine) {
	ended, rest, _ := f.cut(conn.FromClient())
	read, last := int64(0), int64(0)
	for e := range conn.All() {
		if !fromClient(e) {
			continue
		}
		read, last = read+e.Size(), e.Seq
		for n := len(lines); n < len(ended) && ended[n].end <= read; n++ {
			lines = append(lines, readLine{ended[n].text, e.Seq})
		}
	}
	if len(rest) > 0 {
		lines = append(lines, readLine{f.read(string(rest)), last})
	}
	return lines
}
