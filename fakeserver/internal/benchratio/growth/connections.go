package growth

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// mostConnections is where the curves of connections end.
const mostConnections = 10_000

var connectionCurves = []benchwork.Curve{
	ofConnections("ConnMemory", "memory of an idle connection", "KiB", func(c crowd) float64 { return c.memory / 1024 }),
	ofConnections("ConnAccept", "connection until its first byte is back", "µs", func(c crowd) float64 { return micros(c.connect) }),
	ofConnections("ConnClose", "Close of the server, each open connection", "µs", func(c crowd) float64 { return micros(c.close) }),
}

func ofConnections(name, what, unit string, value func(crowd) float64) benchwork.Curve {
	of := func(start startFunc) func(int) ([]benchwork.Point, error) {
		return func(max int) ([]benchwork.Point, error) {
			return points(max, func(n int) (float64, error) { return gather(start, n, value) })
		}
	}
	return benchwork.Curve{
		Name: name, What: what, Of: "connections", Unit: unit, Most: mostConnections,
		Points: of(benchwork.NewKitEcho), Raw: of(newClosingEcho),
	}
}

// gather returns the median of as many crowds of n as it needs to be steady.
func gather(start startFunc, n int, value func(crowd) float64) (float64, error) {
	if err := checkDescriptors(n + 100); err != nil {
		return 0, err
	}
	return median(max(1, min(5, 500/n)), func() (float64, error) {
		c, err := newCrowd(start, n)
		return value(c), err
	})
}

// A crowd is what one of n idle connections to a server costs.
type crowd struct {
	memory         float64 // in bytes, without the clients'
	connect, close time.Duration
}

func newCrowd(start startFunc, n int) (crowd, error) {
	var c crowd
	srv, err := start()
	if err != nil {
		return c, err
	}
	clients, err := startClients(srv.Addr())
	if err != nil {
		return c, errors.Join(err, srv.Close())
	}
	before := memory()
	took, err := clients.connect(n)
	c.memory = (memory() - before) / float64(n)
	c.connect = took / time.Duration(n)
	began := time.Now()
	err = errors.Join(err, srv.Close())
	c.close = time.Since(began) / time.Duration(n)
	runtime.KeepAlive(srv)
	return c, errors.Join(err, clients.end())
}

func checkDescriptors(need int) error {
	if have := descriptors(); have < need {
		return fmt.Errorf("it needs %d descriptors, and the process may have %d: raise ulimit -n, or lower -max", need, have)
	}
	return nil
}
