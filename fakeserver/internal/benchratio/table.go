package main

import (
	"fmt"
	"io"
	"math"
)

const tableFormat = "%-22s %-46s %-36s %-13s %8s  %-15s %-13s %s\n"

func printHead(w io.Writer) {
	fmt.Fprintf(w, tableFormat, "row", "what", "baseline", "goal", "median", "95 % interval", "unit", "verdict")
}

func printResult(w io.Writer, r result) {
	s := summarize(r.figures)
	verdict := r.verdict()
	if !r.enough {
		verdict += fmt.Sprintf(" (only %d measurements)", len(r.figures))
	}
	baseline := r.row.baseline()
	if baseline == "" {
		baseline = "-"
	}
	fmt.Fprintf(w, tableFormat, r.row.name(), r.row.what(), baseline, r.row.goal(), number(s.median), number(s.low)+"-"+number(s.high), r.row.unit(), verdict)
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

// printSum says how many goals are met.
func printSum(w io.Writer, results []result) {
	goals, met := 0, 0
	for _, r := range results {
		if r.row.goal().IsSet() {
			goals++
		}
		if r.verdict() == "met" {
			met++
		}
	}
	fmt.Fprintf(w, "\n%d of %d goals are met.\n", met, goals)
}
