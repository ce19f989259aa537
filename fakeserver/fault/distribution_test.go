package fault

import (
	"math"
	"testing"
	"time"
)

// The analytic quantiles, told apart from how sample computes them: z are those of
// the standard normal distribution, from a table.
var quantiles = []struct{ q, z float64 }{
	{.01, -2.326348}, {.10, -1.281552}, {.50, 0}, {.90, 1.281552}, {.99, 2.326348},
}

func TestDistributionsAreFollowed(t *testing.T) {
	const n = 50_000
	const delay, jitter = 100 * time.Millisecond, 30 * time.Millisecond
	d, j := float64(delay), float64(jitter)
	for dist, quantile := range map[Distribution]func(q, z float64) float64{
		"":      func(q, _ float64) float64 { return d - j + 2*j*q },
		Uniform: func(q, _ float64) float64 { return d - j + 2*j*q },
		Normal:  func(_, z float64) float64 { return d + j*z },
		// Lomax: 1 - (1+x/scale)^-3/2, with its median at Jitter.
		Pareto:    func(q, _ float64) float64 { return d + j*(math.Cbrt(1/((1-q)*(1-q)))-1)/(math.Cbrt(4)-1) },
		LogNormal: func(_, z float64) float64 { return d * math.Pow(1.3, z/2.326348) },
	} {
		below, halves := make([]int, len(quantiles)), make([]int, 10)
		p := compile(t, Datagrams, 17, ToClient(Latency{Delay: delay, Jitter: jitter, Distribution: dist})).Peer(1, toClient)
		for range n {
			got := float64(p.Next(nil, 0).Copies[0].Delay)
			for i, q := range quantiles {
				if got < quantile(q.q, q.z) {
					below[i]++
				}
			}
			if dist.orUniform() == Uniform {
				halves[min(9, int((got-d+j)/(2*j)*10))]++
			}
		}
		for i, q := range quantiles {
			wantRate(t, string(dist)+": share below a quantile", below[i], n, q.q)
		}
		if dist.orUniform() == Uniform {
			wantEven(t, "uniform", halves)
		}
	}
}

// What the documentation says in numbers.
func TestDistributionsAreAsDocumented(t *testing.T) {
	const s = time.Second
	for _, tt := range []struct {
		d             Distribution
		u             float64
		delay, jitter time.Duration
		want          time.Duration
		why           string
	}{
		{Uniform, 0, 10 * s, 4 * s, 6 * s, "the least is Delay - Jitter"},
		{Uniform, 1, 10 * s, 4 * s, 14 * s, "the most is Delay + Jitter"},
		{Normal, .5, 10 * s, 4 * s, 10 * s, "about Delay"},
		{Normal, .8413447, 10 * s, 4 * s, 14 * s, "Jitter is one standard deviation"},
		{Normal, .0001, 10 * s, 4 * s, 0, "never below 0"},
		{Normal, 0, 10 * s, 1 * s, 2 * s, "kept to 8 standard deviations"},
		{Pareto, 0, 10 * s, 4 * s, 10 * s, "at least Delay"},
		{Pareto, .5, 10 * s, 4 * s, 14 * s, "half are later by more than Jitter"},
		{Pareto, .99, 0, s, 34975 * time.Millisecond, "1 % by more than 35 Jitter"},
		{Pareto, 1 - 1e-16, 0, 24 * time.Hour, 24 * time.Hour, "a tail has an end"},
		{LogNormal, .5, 10 * s, 4 * s, 10 * s, "the median is Delay"},
		{LogNormal, .99, 10 * s, 4 * s, 14 * s, "99 % are below Delay + Jitter"},
		{LogNormal, 0, 10 * s, 4 * s, 3144 * time.Millisecond, "kept to 8 standard deviations"},
	} {
		if got := tt.d.sample(tt.u, tt.delay, tt.jitter); (got - tt.want).Abs() > 3*time.Millisecond {
			t.Errorf("%s at %v of %v, %v = %v, want %v: %s", tt.d, tt.u, tt.delay, tt.jitter, got, tt.want, tt.why)
		}
	}
}

// Draws of neighbouring datagrams have nothing to do with each other.
func TestJitterIsNotCorrelated(t *testing.T) {
	const n = 100_000
	p := compile(t, Datagrams, 17, ToClient(Latency{Delay: time.Second, Jitter: time.Second})).Peer(1, toClient)
	sum, last := 0.0, 0.0
	for range n {
		x := float64(p.Next(nil, 0).Copies[0].Delay-time.Second) / float64(time.Second)
		sum, last = sum+x*last, x
	}
	wantMean(t, "sum of products", sum, 0, math.Sqrt(n)/3) // the variance of uniform(-1, 1) is 1/3
}

// What is asked for is given, however long. Only tails are cut.
func TestDistributionsAreNotCutShort(t *testing.T) {
	for _, d := range []Distribution{Uniform, Normal, LogNormal, Pareto} {
		if got := d.sample(0.5, 48*time.Hour, time.Hour); got < 48*time.Hour-time.Second {
			t.Errorf("the median of %s, 48h and 1h, is %v", d, got)
		}
	}
	if got := Pareto.sample(1-1e-15, time.Second, time.Hour); got != 24*time.Hour {
		t.Errorf("the end of a tail is %v, want a day", got)
	}
}
