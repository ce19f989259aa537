package growth

import (
	"errors"
	"runtime"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// mostServers is where the curves of servers end.
const mostServers = 1000

var serverCurves = []benchwork.Curve{
	ofServers("ServerStart", "time to start one server", "µs", func(f fleet) float64 { return micros(f.start) }),
	ofServers("ServerClose", "time to close one server", "µs", func(f fleet) float64 { return micros(f.close) }),
	ofServers("ServerMemory", "memory of a server without connections", "KiB", func(f fleet) float64 { return f.memory / 1024 }),
	ofServers("ServerGoroutines", "goroutines of a server without connections", "", func(f fleet) float64 { return f.goroutines }),
}

func ofServers(name, what, unit string, value func(fleet) float64) benchwork.Curve {
	of := func(start startFunc) func(int) ([]benchwork.Point, error) {
		return func(most int) ([]benchwork.Point, error) {
			return points(most, func(n int) (float64, error) {
				if err := checkDescriptors(2*n + 100); err != nil {
					return 0, err
				}
				return median(max(1, min(9, 1000/n)), func() (float64, error) {
					f, err := newFleet(start, n)
					return value(f), err
				})
			})
		}
	}
	return benchwork.Curve{
		Name: name, What: what, Of: "servers", Unit: unit, Most: mostServers,
		Points: of(benchwork.NewKitEcho), Raw: of(newClosingEcho),
	}
}

// A fleet is what one of n servers costs that are there at the same time.
type fleet struct {
	start, close       time.Duration
	memory, goroutines float64
}

func newFleet(start startFunc, n int) (f fleet, err error) {
	all := make([]benchwork.Target, 0, n)
	before, goroutines := memory(), runtime.NumGoroutine()
	began := time.Now()
	for len(all) < n && err == nil {
		var srv benchwork.Target
		if srv, err = start(); err == nil {
			all = append(all, srv)
		}
	}
	f.start = time.Since(began) / time.Duration(n)
	f.goroutines = float64(runtime.NumGoroutine()-goroutines) / float64(n)
	f.memory = (memory() - before) / float64(n)
	began = time.Now()
	for _, srv := range all {
		err = errors.Join(err, srv.Close())
	}
	f.close = time.Since(began) / time.Duration(n)
	return f, err
}
