package main

import (
	"math"
	"slices"
	"time"

	"golang.org/x/perf/benchmath"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// minTimes is how many figures a 95 % interval of their median needs.
const minTimes = 6

// A result is what was measured of a row.
type result struct {
	row      row
	figures  []float64 // ratios, for a work
	raw, kit []float64 // how long each side took for one time, in nanoseconds; nil for a figure
	enough   bool      // there are as many as there are to be
}

// add adds a pair.
func (r *result) add(w *benchwork.Work, raw, kit time.Duration) {
	r.figures = append(r.figures, w.Ratio(raw, kit))
	r.raw = append(r.raw, float64(raw))
	r.kit = append(r.kit, float64(kit))
}

// A summary is the median of some figures, and the interval that holds the median of all such
// figures with 95 % probability or more. Of fewer than minTimes figures it is all that they span.
type summary struct {
	median, low, high float64
}

// summarize needs one figure or more. It assumes nothing of their distribution.
func summarize(figures []float64) summary {
	s := benchmath.AssumeNothing.Summary(benchmath.NewSample(slices.Clone(figures), &benchmath.DefaultThresholds), 0.95)
	low, high := s.Lo, s.Hi
	if math.IsInf(low, 0) || math.IsInf(high, 0) {
		low, high = slices.Min(figures), slices.Max(figures)
	}
	return summary{s.Center, low, high}
}

// verdict says whether the goal is met.
func (r *result) verdict() string {
	s := summarize(r.figures)
	switch {
	case !r.row.goal().IsSet():
		return "-"
	case r.row.goal().Met(s.low, s.high):
		return "met"
	}
	return "MISSED"
}
