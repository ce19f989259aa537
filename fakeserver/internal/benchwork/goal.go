package benchwork

import (
	"fmt"
	"math"
)

// A Goal bounds a figure. The zero Goal bounds nothing.
type Goal struct {
	low, high float64
	set       bool
}

// AtLeast is the goal of a figure that is to be x or more.
func AtLeast(x float64) Goal { return Goal{x, math.Inf(1), true} }

// AtMost is the goal of a figure that is to be x or less.
func AtMost(x float64) Goal { return Goal{math.Inf(-1), x, true} }

// Between is the goal of a figure that is to be neither below low nor above high.
func Between(low, high float64) Goal { return Goal{low, high, true} }

// IsSet reports whether g bounds anything.
func (g Goal) IsSet() bool { return g.set }

// Bounds returns the lowest and the highest figure that reach g; infinite, where there is no bound.
func (g Goal) Bounds() (low, high float64) {
	if !g.set {
		return math.Inf(-1), math.Inf(1)
	}
	return g.low, g.high
}

// Met reports whether the interval from low to high reaches the goal.
func (g Goal) Met(low, high float64) bool {
	atLeast, atMost := g.Bounds()
	return high >= atLeast && low <= atMost
}

// String is "≥ 1.3", "≤ 60", "0.99 to 1.01", or "-" if there is no bound.
func (g Goal) String() string {
	switch {
	case !g.set:
		return "-"
	case math.IsInf(g.high, 1):
		return fmt.Sprintf("≥ %g", g.low)
	case math.IsInf(g.low, -1):
		return fmt.Sprintf("≤ %g", g.high)
	}
	return fmt.Sprintf("%g to %g", g.low, g.high)
}
