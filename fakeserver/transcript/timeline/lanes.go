package timeline

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// lanes says where the diagram has what. Each connection has two: its client's at the left, the server's
// at the right. Offsets are percents of the width of all, which only the style knows.
type lanes struct {
	order []int       // the connections, from left to right
	index map[int]int // of each connection, in order
}

func newLanes(order []int) lanes {
	l := lanes{order: order, index: map[int]int{}}
	for i, n := range order {
		l.index[n] = i
	}
	return l
}

// maxPairs is up to how many connections have two lanes each to look at. Of more, both are drawn as one.
const maxPairs = 40

// offset returns where between a connection's lanes something is: 0 is the client's, 1 the server's.
func (l *lanes) offset(conn int, between float64) float64 {
	const margin = 0.2 // of the connection's width
	if len(l.order) > maxPairs {
		between = 0.5
	}
	width := 100 / float64(len(l.order))
	return (float64(l.index[conn]) + margin + between*(1-2*margin)) * width
}

// number returns x with two digits after the point at most.
func number(x float64) string { return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64) }

func percent(x float64) string { return number(x) + "%" }

// maxLines is how many lifelines all parts of the diagram may have together. With more connections at a
// time than that allows, there are marks and no lines.
const maxLines = 60_000

// A label is a word above the lanes.
type label struct{ X, Text, Class string }

// head returns the labels of the lanes.
func (l *lanes) head(sender string) (all []label) {
	n := len(l.order)
	for i, c := range l.order {
		x := percent(l.offset(c, 0.5))
		switch {
		case n <= 3:
			all = append(all, label{x, sender + " " + strconv.Itoa(c), "top"})
			all = append(all, label{percent(l.offset(c, 0)), "client", "client"}, label{percent(l.offset(c, 1)), "server", "server"})
		case n <= 16 || i == 0 || i == n-1 || n <= maxPairs && (i+1)%5 == 0:
			all = append(all, label{x, strconv.Itoa(c), "top"})
		}
	}
	return all
}

// width returns the class for how wide all lanes are.
func (l *lanes) width() string {
	switch n := len(l.order); {
	case n <= 1:
		return "w1"
	case n <= 3:
		return "w3"
	case n <= 16:
		return "w16"
	case n <= maxPairs:
		return "w40"
	}
	return "w200"
}

// lines returns the path of the lifelines of connections, from 0 to 1 downwards.
func (l *lanes) lines(open []int) string {
	var b strings.Builder
	for _, n := range open {
		for _, between := range []float64{0, 1} {
			b.WriteString("M" + number(l.offset(n, between)) + " 0V1")
			if len(l.order) > maxPairs {
				break
			}
		}
	}
	return b.String()
}

// lives tells at which parts of the diagram each connection is there: those whose first and last events
// are in different rows. Parts are numbered as they are drawn.
type lives struct {
	lanes *lanes
	open  []int
	part  int
	begun map[int]int
	all   [][3]int // connection, first part, last part
	drawn int
}

// begin says that a connection is there from the next part on.
func (l *lives) begin(n int) {
	l.begun[n] = l.part
	at, _ := slices.BinarySearch(l.open, n)
	l.open = slices.Insert(l.open, at, n)
}

// end says that a connection is not there any more in the next part.
func (l *lives) end(n int) {
	if at, ok := slices.BinarySearch(l.open, n); ok {
		l.open = slices.Delete(l.open, at, at+1)
		if l.begun[n] < l.part {
			l.all = append(l.all, [3]int{n, l.begun[n], l.part - 1})
		}
	}
}

// section returns the next part, with its lifelines.
func (l *lives) section() section {
	s := section{Part: l.part}
	l.part++
	if l.drawn += len(l.open); l.drawn <= maxLines {
		s.Lines = l.lanes.lines(l.open)
	}
	return s
}
