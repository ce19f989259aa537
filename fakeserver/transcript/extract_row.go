package transcript

import (
	"fmt"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// writeRow writes a row as a line. It reports whether the line leaves some of the row's
// data out.
func (x *extract) writeRow(b *strings.Builder, r row, spots []int64) (cut bool) {
	first := x.entry(r)
	e := first.event(r.at)
	if r.n > 1 {
		e.Times = x.times(r)
		e.Data, e.Count = nil, x.size(r)
	}
	if first.Data == nil {
		var line strings.Builder
		e.formatHead(&line, x.of)
		e.formatSize(&line)
		e.formatText(&line)
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		return false
	}
	e.formatHead(b, x.of)
	e.formatSize(b)
	p := x.begin(r)
	b.WriteString(" " + quoteOf(p, e.Size()))
	for _, at := range spots {
		if at >= e.Offset+maxBytes {
			fmt.Fprintf(b, " … @%d %s", at-around(at-e.Offset), quoteSpot(first.Data, at-e.Offset))
		}
	}
	e.Data = first.Data // it is kept
	e.formatText(b)
	b.WriteString("\n")
	return first.size() > maxBytes || x.size(r) > maxBytes
}

// times returns how many reads or writes a row stands for.
func (x *extract) times(r row) (n int64) {
	for i := 0; i < r.n; i++ {
		n += x.nth(r, i).times()
	}
	return n
}

// begin returns as much of a row's data as a line shows.
func (x *extract) begin(r row) (p []byte) {
	for i := 0; i < r.n && len(p) < maxBytes; i++ {
		p = append(p, x.nth(r, i).Data...)
	}
	return p
}

// nth returns one of the events of a row, which are neighbors in the transcript.
func (x *extract) nth(r row, i int) *entry {
	return (*entry)(x.t.events.Following(r.at, i))
}

// around returns how many bytes are shown before one that a fault is about.
func around(at int64) int64 { return min(at, 8) }

// quoteSpot returns what is at and around p[at].
func quoteSpot(p []byte, at int64) string {
	p = p[at-around(at):]
	return quote(p[:min(len(p), 24)])
}

// A gap is what was left out between two lines.
type gap struct {
	events int
	faults int
	bytes  int64
}

func (g *gap) add(n int, e *entry, bytes int64) {
	g.events += n
	g.bytes += bytes
	if e.kind() == Fault {
		g.faults++
	}
}

// flush writes the gap, if there is one, and begins the next.
func (g *gap) flush(b *strings.Builder) {
	if g.events == 0 {
		return
	}
	fmt.Fprintf(b, "  … %s %s", human.Grouped(int64(g.events)), human.Noun(g.events, "event"))
	if g.faults > 0 {
		fmt.Fprintf(b, ", of them %s %s", human.Grouped(int64(g.faults)), human.Noun(g.faults, "fault"))
	}
	if g.bytes > 0 {
		fmt.Fprintf(b, ", %s", human.Size(g.bytes))
	}
	b.WriteString(" …\n")
	*g = gap{}
}
