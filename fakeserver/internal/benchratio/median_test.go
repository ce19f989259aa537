package main

import (
	"math/rand/v2"
	"testing"
)

// The ranks are those of the usual tables for a 95 % interval of a median.
func TestCut(t *testing.T) {
	for _, tt := range []struct{ n, want int }{{1, 0}, {5, 0}, {6, 0}, {9, 1}, {10, 1}, {15, 3}, {60, 21}, {100, 39}} {
		if got := cut(tt.n); got != tt.want {
			t.Errorf("cut(%d) = %d, want %d", tt.n, got, tt.want)
		}
	}
}

func TestSummarize(t *testing.T) {
	s := summarize([]float64{3, 1, 2, 4})
	if s.median != 2.5 || s.low != 1 || s.high != 4 || s.n != 4 {
		t.Errorf("summarize = %+v, want a median of 2.5 between 1 and 4, of 4", s)
	}
}

// A true interval misses the median in at most 5 % of trials, and is not so wide
// that it hardly ever does.
func TestIntervalCovers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	missed := 0
	for range 2000 {
		figures := make([]float64, 60)
		for i := range figures {
			figures[i] = r.ExpFloat64() // its median is ln 2
		}
		if s := summarize(figures); s.low > 0.693147 || s.high < 0.693147 {
			missed++
		}
	}
	if missed < 10 || missed > 100 {
		t.Errorf("missed the median in %d of 2000 trials, want about 55", missed)
	}
}
