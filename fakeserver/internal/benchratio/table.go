package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// A layout has how wide the table's columns are. Words come last: where a terminal cuts or wraps long lines, the figures stay together.
type layout struct {
	name, what int
}

func newLayout(rows []row) layout {
	l := layout{name: len("row"), what: len("what")}
	for _, r := range rows {
		l.name, l.what = max(l.name, utf8.RuneCountInString(r.name())), max(l.what, utf8.RuneCountInString(r.what()))
	}
	return l
}

func (l layout) printLine(w io.Writer, name, median, interval, unit, goal, verdict, what, baseline string) {
	line := fmt.Sprintf("%-*s %8s  %-15s %-12s %-12s %-8s %-*s  %s", l.name, name, median, interval, unit, goal, verdict, l.what, what, baseline)
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}

func (l layout) printHead(w io.Writer) {
	l.printLine(w, "row", "median", "95 % interval", "unit", "goal", "verdict", "what", "against")
}

func (l layout) printResult(w io.Writer, r result) {
	s := summarize(r.figures)
	verdict := r.verdict()
	if !r.enough {
		verdict += "?"
	}
	l.printLine(w, r.row.name(), number(s.median), number(s.low)+"-"+number(s.high), r.row.unit(), r.row.goal().String(), verdict, r.row.what(), r.row.baseline())
}

// number has three digits or more.
func number(x float64) string {
	switch a := math.Abs(x); {
	case a == math.Trunc(a) && a < 1e6:
		return fmt.Sprintf("%.0f", x)
	case a >= 100:
		return fmt.Sprintf("%.0f", x)
	case a >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.3f", x)
}

// printSum says how many goals are met, and what the marks mean, if there are any.
func printSum(w io.Writer, results []result) {
	goals, met, marked := 0, 0, 0
	for _, r := range results {
		if r.row.goal().IsSet() {
			goals++
		}
		if r.verdict() == "met" {
			met++
		}
		if !r.enough {
			marked++
		}
	}
	fmt.Fprintf(w, "\n%d of %d goals are met.\n", met, goals)
	if marked > 0 {
		fmt.Fprintf(w, "Rows marked with a ? have too few measurements for a verdict: %d of %d.\n", marked, len(results))
	}
}
