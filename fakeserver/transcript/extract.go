package transcript

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// How much of a record String shows. Faults are what a person looks for, and so they
// stay, with what came around them.
const (
	maxLines  = 120 // of a longer record, the beginning and the end, and what is neither bytes nor datagrams
	maxFaults = 40  // of more, the first and the last
	minEnds   = 40  // lines of the beginning and the end together, however many others there are
	maxSpots  = 3   // offsets of faults that are shown within the data of one line
)

// whole says how to get what String leaves out.
const whole = "  (not all is shown here: with FAKEWIRE_ARTIFACTS=DIR, a failing test writes the whole record to a file there)\n"

// String returns the record for people: one line per event, text where it is printable
// and hex where not. Bytes that were discarded one after the other are one line. A long
// record loses data in its middle, and says so; where faults acted it keeps them, and what
// was sent before and after. What the record's Redactor hides is not shown.
func (t Transcript) String() string {
	t = t.Redacted()
	x := t.extract()
	var body strings.Builder
	cut := x.write(&body)
	var b strings.Builder
	t.writeHeader(&b, x.of)
	if cut {
		b.WriteString(whole)
	}
	return b.String() + body.String()
}

func (t *Transcript) writeHeader(b *strings.Builder, of sender) {
	conns, events := t.Conns(), t.Len()
	since := ""
	if t.begin > 0 {
		conns, since = t.present(), fmt.Sprintf(" after event %d", t.begin)
	}
	fmt.Fprintf(b, "transcript of %s%s: %d %s, %d %s\n", t.header, since, conns, human.Noun(conns, string(of)), events, human.Noun(events, "event"))
}

// present returns how many connections t has events of.
func (t *Transcript) present() (conns int) {
	for n := range t.events.ByConn() {
		if n > 0 {
			conns++
		}
	}
	return conns
}

// A row is a line of an extract: an event, or several that are much the same.
type row struct {
	at   int // the position of the first
	n    int // how many
	last int // the position of the last
}

// An extract is what String shows of a record.
type extract struct {
	t     *Transcript
	of    sender
	rows  []row
	shown []bool          // of rows
	spots map[int][]int64 // offsets to show in a row's data, since faults acted there
}

func (t *Transcript) extract() *extract {
	x := &extract{t: t, of: t.senders(), spots: map[int][]int64{}}
	x.fold()
	x.shown = make([]bool, len(x.rows))
	if len(x.rows) <= maxLines {
		for i := range x.shown {
			x.shown[i] = true
		}
	}
	faults := x.find(func(e *entry) bool { return e.kind() == Fault })
	if len(faults) > maxFaults {
		faults = slices.Concat(faults[:maxFaults/2], faults[len(faults)-maxFaults/2:])
	}
	x.showFaults(faults)
	x.fill()
	return x
}

// fold makes rows of the events.
func (x *extract) fold() {
	var before *entry
	end := int64(0) // of before's row
	for at, stored := range x.t.events.All() {
		e := (*entry)(stored)
		if before != nil && folds(before, e) && e.Offset == end {
			r := &x.rows[len(x.rows)-1]
			r.n, r.last = r.n+1, at
		} else {
			x.rows = append(x.rows, row{at, 1, at})
		}
		before, end = e, e.Offset+e.size()
	}
}

// folds reports whether two neighboring events are one line for people: bytes that were
// discarded, or that are only counted.
func folds(a, b *entry) bool {
	counted := func(e *entry) bool { return e.kind() == Discarded || e.kind() == Data && e.Data == nil }
	return counted(a) && a.Conn == b.Conn && a.dir() == b.dir() && a.kind() == b.kind() &&
		(a.Data == nil) == (b.Data == nil) && a.atClose() == b.atClose()
}

// find returns the indices of the rows whose events is reports true for.
func (x *extract) find(is func(e *entry) bool) (rows []int) {
	for i, r := range x.rows {
		if is(x.entry(r)) {
			rows = append(rows, i)
		}
	}
	return rows
}

func (x *extract) entry(r row) *entry { return (*entry)(x.t.events.At(r.at)) }

func hasBytes(e *entry) bool { return e.carriesBytes() || e.kind() == Datagram }

// A sideKey is one direction of one connection or peer.
type sideKey struct {
	conn int
	dir  Direction
}

// showFaults shows these rows, and what was sent before and after each in its direction.
func (x *extract) showFaults(rows []int) {
	before := map[sideKey]int{}      // the last row with bytes, plus 1
	waiting := map[sideKey][]int64{} // offsets of faults whose next row with bytes is to come
	for i, r := range x.rows {
		e := x.entry(r)
		key := sideKey{e.Conn, e.dir()}
		switch {
		case len(rows) > 0 && rows[0] == i:
			rows = rows[1:]
			x.shown[i] = true
			if at := before[key]; at > 0 {
				x.show(at-1, e.Offset)
			}
			waiting[key] = append(waiting[key], e.Offset)
		case hasBytes(e):
			for _, offset := range waiting[key] {
				x.show(i, offset)
			}
			delete(waiting, key)
			before[key] = i + 1
		}
	}
}

// show shows a row, and in its data, if it is there, what is at offset.
func (x *extract) show(i int, offset int64) {
	x.shown[i] = true
	e := x.entry(x.rows[i])
	if e.carriesBytes() && e.Offset <= offset && offset < e.Offset+int64(len(e.Data)) && len(x.spots[i]) < maxSpots {
		x.spots[i] = append(x.spots[i], offset)
	}
}

// fill shows what has no bytes, if that is not much, and then as much of the beginning and
// the end as there is room for.
func (x *extract) fill() {
	others := x.find(func(e *entry) bool { return !hasBytes(e) && e.kind() != Fault })
	if len(others) <= x.room()/2 {
		for _, i := range others {
			x.shown[i] = true
		}
	}
	ends := max(minEnds, x.room())
	for i, n := 0, 0; i < len(x.shown) && n < ends/2; i++ {
		n += x.add(i)
	}
	for i, n := len(x.shown)-1, 0; i >= 0 && n < ends/2; i-- {
		n += x.add(i)
	}
	for i := 1; i < len(x.shown)-1; i++ {
		// To say that a line was left out takes a line.
		x.shown[i] = x.shown[i] || x.shown[i-1] && x.shown[i+1]
	}
}

// room returns how many lines may still be shown.
func (x *extract) room() int {
	n := maxLines
	for _, shown := range x.shown {
		if shown {
			n--
		}
	}
	return n
}

// add shows a row. It returns how many more that are.
func (x *extract) add(i int) int {
	if x.shown[i] {
		return 0
	}
	x.shown[i] = true
	return 1
}

// write writes the rows that are shown, and what was left out between them. It reports
// whether anything was.
func (x *extract) write(b *strings.Builder) (cut bool) {
	var g gap
	for i, r := range x.rows {
		if !x.shown[i] {
			g.add(r.n, x.entry(r), x.size(r))
			cut = true
			continue
		}
		g.flush(b)
		cut = x.writeRow(b, r, x.spots[i]) || cut
	}
	g.flush(b)
	return cut
}

// size returns how many bytes a row is about.
func (x *extract) size(r row) int64 {
	first, last := x.entry(r), (*entry)(x.t.events.At(r.last))
	if r.n == 1 {
		return first.size()
	}
	return last.Offset + last.size() - first.Offset
}
