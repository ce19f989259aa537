// Package growth measures how costs grow: with the connections of a server, the rules of its plan, and the servers of a process.
// What the curves look like, and why, is in GROWTH.md.
package growth

import (
	"runtime"
	"slices"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// Curves returns every curve.
func Curves() (all []benchwork.Curve) {
	for _, some := range [][]benchwork.Curve{connectionCurves, ruleCurves, serverCurves, benchwork.Curves()} {
		all = append(all, some...)
	}
	return all
}

// points measures value at 1, 10, 100 and so on up to max.
func points(max int, value func(n int) (float64, error)) ([]benchwork.Point, error) {
	var all []benchwork.Point
	for _, n := range benchwork.Sizes(max) {
		v, err := value(n)
		if err != nil {
			return all, err
		}
		all = append(all, benchwork.Point{N: n, Value: v})
	}
	return all, nil
}

// A startFunc starts a server.
type startFunc = func() (benchwork.Target, error)

// memory returns how much of it is in use: reachable, or stacks. Small differences between two calls mean nothing: stacks come in
// spans of 32 KiB.
func memory() float64 {
	benchwork.Settle()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// median measures a value as often as times says.
func median(times int, value func() (float64, error)) (float64, error) {
	values := make([]float64, times)
	for i := range values {
		v, err := value()
		if err != nil {
			return 0, err
		}
		values[i] = v
	}
	slices.Sort(values)
	return values[times/2], nil
}
