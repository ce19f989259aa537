package fault

import (
	"cmp"
	"math"
	"time"
)

// Distribution is how a delay varies.
type Distribution string

// The distributions. The zero Distribution is Uniform.
const (
	// Uniform: all delays from Delay - Jitter to Delay + Jitter are as likely.
	Uniform Distribution = "uniform"
	// Normal: about Delay with Jitter as standard deviation; never below 0.
	Normal Distribution = "normal"
	// Pareto: at least Delay, and mostly little more, with a long tail: half are later
	// by more than Jitter, 1 % by more than 35 Jitter. (Lomax, with shape 3/2.)
	Pareto Distribution = "pareto"
	// LogNormal: half are below Delay, which is the median, and 99 % are below
	// Delay + Jitter.
	LogNormal Distribution = "lognormal"
)

func (d Distribution) known() bool {
	switch d {
	case "", Uniform, Normal, Pareto, LogNormal:
		return true
	}
	return false
}

func (d Distribution) orUniform() Distribution { return cmp.Or(d, Uniform) }

// sample returns the delay below which a share u of all delays lies, 0 <= u < 1.
func (d Distribution) sample(u float64, delay, jitter time.Duration) time.Duration {
	base, spread := float64(delay), float64(jitter)
	var x float64 // conversions keep some processors from fusing a product and a sum
	switch d {
	case Normal:
		x = base + float64(spread*normalQuantile(u))
	case Pareto:
		x = base + spread*(math.Pow(1-u, -1/paretoShape)-1)/(math.Pow(2, 1/paretoShape)-1)
	case LogNormal:
		x = base * math.Exp(math.Log1p(spread/base)*normalQuantile(u)/normalP99)
	default:
		x = base + float64(spread*(float64(2*u)-1))
	}
	return time.Duration(min(max(x, 0), float64(max(longest, add(delay, jitter)))))
}

const (
	paretoShape = 1.5
	normalP99   = 2.3263478740408408 // the 99 % quantile of the standard normal distribution
	longest     = 24 * time.Hour     // of a tail, where Delay + Jitter are less
)

// normalQuantile is the inverse of the standard normal distribution function, kept
// to 8 standard deviations.
func normalQuantile(u float64) float64 {
	return min(max(-math.Sqrt2*math.Erfcinv(2*u), -8), 8)
}
