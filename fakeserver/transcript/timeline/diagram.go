package timeline

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A section is a part of the diagram in which the same connections are there from its top to its bottom:
// rows one below the other, or one of the others.
type section struct {
	Part   int    // its number, from 0
	Lines  string // the path of the lifelines
	Pieces []piece
	Fold   *fold
}

// A piece is one line of the diagram: a row, or where events are left out, or a new plan.
type piece struct {
	Row    *row
	Gap    *gap
	Change *change
	fold   []piece
}

// A gap is a run of events that the page has not.
type gap struct {
	First, Last int64 // Seqs
	events      int64
}

// Text says what is not there.
func (g gap) Text() string {
	return fmt.Sprintf("%s left out: %s to %s. The record’s .jsonl file has them.", human.CountGrouped(g.events, "event"), human.Grouped(g.First), human.Grouped(g.Last))
}

// A fold is a run of plain events, of which the page first shows one line.
type fold struct {
	First, Last int64 // Seqs
	Text        string
	Time        string
	Marks       string // the path of a dot for each connection of which it has events
	Counts      string // how many events it has of each connection: "1:250 2:250"
	Sections    []section
}

const (
	unfolded = 240 // rows that a page shows without folding any
	minFold  = 12  // rows that are worth a fold
	around   = 4   // rows that stay, before a fold and after it
	maxFold  = 500 // rows of a fold
)

func (b *builder) addDiagram() {
	pieces := b.pieces()
	if len(pieces) > unfolded {
		pieces = foldRuns(pieces)
	}
	l := &lives{lanes: &b.lanes, begun: map[int]int{}}
	b.page.Sections = b.sections(l, pieces)
	for _, n := range slices.Clone(l.open) {
		l.end(n)
	}
	b.page.Lives = l.all
	b.page.Head, b.page.Width = b.lanes.head(b.sender()), b.lanes.width()
}

// pieces returns the lines of the diagram, none of which is folded.
func (b *builder) pieces() (all []piece) {
	changes := b.plans.changes
	changed := func(before int64) {
		for len(changes) > 0 && changes[0].after < before {
			all, changes = append(all, piece{Change: &changes[0]}), changes[1:]
		}
	}
	last := time.Duration(-1) // there is no row yet
	var g *gap
	for e := range b.tr.All() {
		changed(e.Seq)
		if !b.kept.has(e.Seq) {
			if g == nil {
				g = &gap{First: e.Seq}
				all = append(all, piece{Gap: g})
			}
			g.Last = e.Seq
			g.events++
			continue
		}
		if g = nil; last < 0 {
			last = e.At
		}
		all = append(all, piece{Row: b.row(e, e.At-last)})
		last = e.At
	}
	changed(math.MaxInt64)
	return all
}

// foldRuns folds long runs of plain rows.
func foldRuns(all []piece) (folded []piece) {
	for len(all) > 0 {
		n := plainRun(all)
		if n == 0 {
			folded, all = append(folded, all[0]), all[1:]
			continue
		}
		run := all[:n]
		all = all[n:]
		if n < minFold+2*around {
			folded = append(folded, run...)
			continue
		}
		folded = append(folded, run[:around]...)
		for part := range slices.Chunk(run[around:n-around], maxFold) {
			folded = append(folded, piece{fold: part})
		}
		folded = append(folded, run[n-around:]...)
	}
	return folded
}

// plainRun returns how many plain rows there are at the beginning of all.
func plainRun(all []piece) int {
	n := slices.IndexFunc(all, func(p piece) bool { return p.Row == nil || !p.Row.plain })
	if n < 0 {
		return len(all)
	}
	return n
}

// sections cuts the diagram where a connection begins or ends.
func (b *builder) sections(l *lives, pieces []piece) (all []section) {
	var now *section
	add := func(p piece) {
		if now == nil {
			all = append(all, l.section())
			now = &all[len(all)-1]
		}
		now.Pieces = append(now.Pieces, p)
	}
	for _, p := range pieces {
		switch {
		case p.fold != nil:
			folded := l.section()
			folded.Fold = b.fold(p.fold)
			folded.Fold.Sections = b.sections(l, p.fold)
			b.page.Folds++
			all, now = append(all, folded), nil
		case p.Row == nil || len(p.Row.Mark.Ends) == 0:
			add(p)
		case p.Row.Mark.Y1 == "0": // a connection ends
			l.end(p.Row.Conn)
			now = nil
			add(p)
		default:
			add(p)
			l.begin(p.Row.Conn)
			now = nil
		}
	}
	return all
}

// fold returns the line of folded rows.
func (b *builder) fold(rows []piece) *fold {
	first, last := rows[0].Row, rows[len(rows)-1].Row
	f := &fold{First: first.Seq, Last: last.Seq, Time: first.Time}
	var from, to int64
	kinds := map[transcript.Kind]int64{}
	conns := map[int]int{}
	for _, p := range rows {
		kinds[p.Row.event]++
		conns[p.Row.Conn]++
		if p.Row.Class == "from" {
			from += p.Row.size
		} else {
			to += p.Row.size
		}
	}
	words := []string{human.CountGrouped(int64(len(rows)), "event"), b.connWords(conns), human.Size(from) + " from clients", human.Size(to) + " to clients"}
	f.Text = strings.Join(append(words, kindWords(kinds)...), " · ")
	var marks, counts strings.Builder
	for _, n := range slices.Sorted(maps.Keys(conns)) {
		fmt.Fprintf(&counts, "%d:%d ", n, conns[n])
		if n > 0 {
			marks.WriteString("M" + number(b.lanes.offset(n, 0.5)) + " 14h0")
		}
	}
	f.Marks, f.Counts = marks.String(), strings.TrimSpace(counts.String())
	return f
}

// connWords says of which connections rows are.
func (b *builder) connWords(conns map[int]int) string {
	lowest, highest := 0, 0
	for n := range conns {
		if lowest == 0 || n < lowest {
			lowest = n
		}
		highest = max(highest, n)
	}
	if lowest == highest {
		return fmt.Sprintf("%s %d", b.sender(), lowest)
	}
	return fmt.Sprintf("%s of %ss %d to %d", human.Grouped(int64(len(conns))), b.sender(), lowest, highest)
}

// kindWords says how many connections begin and end among rows.
func kindWords(kinds map[transcript.Kind]int64) (words []string) {
	if n := kinds[transcript.Accept]; n > 0 {
		words = append(words, human.Grouped(n)+" accepted")
	}
	if n := kinds[transcript.FIN]; n > 0 {
		words = append(words, human.Grouped(n)+" FIN")
	}
	if n := kinds[transcript.Close]; n > 0 {
		words = append(words, human.Grouped(n)+" closed")
	}
	return words
}
