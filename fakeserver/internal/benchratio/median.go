package main

import (
	"math"
	"slices"
)

// A summary is the median of some figures, and the interval that holds the
// median of all such figures with 95 % probability or more.
type summary struct {
	median, low, high float64
	n                 int
}

// summarize needs one figure or more. It assumes nothing of their distribution:
// the interval's ends are two of them.
func summarize(figures []float64) summary {
	s := slices.Sorted(slices.Values(figures))
	n := len(s)
	k := cut(n)
	return summary{median: (s[(n-1)/2] + s[n/2]) / 2, low: s[k], high: s[n-1-k], n: n}
}

// cut returns how many of n figures lie outside the interval at each end: the most
// for which the true median is below it, or above, with a probability of 2.5 % at
// most. Each figure is above the median with probability ½, so that
// probability is a sum of binomial terms.
func cut(n int) int {
	tail := 0.0
	for k := range n {
		tail += math.Exp(logChoose(n, k) - float64(n)*math.Ln2)
		if tail > 0.025 {
			return max(0, k-1)
		}
	}
	return 0
}

func logChoose(n, k int) float64 {
	return logFactorial(n) - logFactorial(k) - logFactorial(n-k)
}

func logFactorial(n int) float64 {
	l, _ := math.Lgamma(float64(n) + 1)
	return l
}
