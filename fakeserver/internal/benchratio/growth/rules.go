package growth

import (
	"errors"
	"fmt"
	"time"

	"github.com/fakewire/fakewire/fakeserver"
	"github.com/fakewire/fakewire/fakeserver/fault"
	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// mostRules is where the curves of rules end.
const mostRules = 1000

var ruleCurves = []benchwork.Curve{
	ofRules("RuleEcho", "echo of 64 B with rules that never act", echoes, far),
	ofRules("RuleEchoElsewhere", "echo of 64 B with rules for another connection", echoes, elsewhere),
	ofRules("RuleRead", "1 MiB to the handler with rules that never act", reads, far),
	ofRules("RuleMatch", "1 MiB to the handler, matches that never come", reads, matches),
	ofRules("RuleConnection", "connection with one exchange of 16 B", connections, far),
	ofRules("RuleCompile", "plan made ready to decide, each of its rules", compiles, far),
	ofRules("RuleReport", "server's report, each of its plan's rules", reports, far),
}

// The plans. No rule of them acts.

func far(i int) fault.Rule {
	r := fault.FromClient(fault.Reset{})
	if i%2 == 1 {
		r = fault.ToClient(fault.Reset{})
	}
	return r.AfterBytes(1<<40 + int64(i))
}

func elsewhere(i int) fault.Rule { return far(i).OnConn(1_000_000 + i) }

func matches(i int) fault.Rule {
	return fault.FromClient(fault.Reset{}).AfterMatch(fmt.Sprintf("\x01match %d\n", i))
}

func planOf(n int, rule func(i int) fault.Rule) fault.Plan {
	var p fault.Plan
	for i := range n {
		p.Rules = append(p.Rules, rule(i))
	}
	return p
}

func ofRules(name, what string, value func(fault.Plan) (time.Duration, error), rule func(i int) fault.Rule) benchwork.Curve {
	return benchwork.Curve{
		Name: name, What: what, Of: "rules", Unit: "µs", Most: mostRules,
		Points: func(most int) ([]benchwork.Point, error) {
			return points(most, func(n int) (float64, error) {
				return median(5, func() (float64, error) {
					d, err := value(planOf(n, rule))
					return micros(d), err
				})
			})
		},
	}
}

// echoes returns how long an exchange of 64 bytes takes.
func echoes(p fault.Plan) (time.Duration, error) {
	return timeOf(benchwork.EchoBody(startEcho(p), 1), 500)
}

func startEcho(p fault.Plan) startFunc {
	return func() (benchwork.Target, error) {
		return fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: p})
	}
}

// reads returns how long 1 MiB takes, of the 16 that are sent.
func reads(p fault.Plan) (time.Duration, error) {
	sink := func() (benchwork.Target, error) { return fakeserver.Listen(fakeserver.Config{Faults: p}) }
	d, err := timeOf(benchwork.SinkBody(sink), 1)
	return d / 16, err
}

// connections returns how long a connection takes with an exchange in it, of a server that has had some before.
func connections(p fault.Plan) (time.Duration, error) {
	srv, err := startEcho(p)()
	if err != nil {
		return 0, err
	}
	lives := benchwork.LifeBody(func() (benchwork.Target, error) { return stays{srv}, nil })
	d, err := timeOf(lives, 50)
	return d, errors.Join(err, srv.Close())
}

// stays is a server that is not closed yet.
type stays struct{ benchwork.Target }

// Close does nothing.
func (stays) Close() error { return nil }

// compiles returns how long each rule takes until its plan can decide.
func compiles(p fault.Plan) (time.Duration, error) {
	return ofEach(p, func() error {
		_, err := p.Compile(fault.Streams)
		return err
	})
}

// reports returns how long each rule takes in the report of a server that has had 10 connections.
func reports(p fault.Plan) (time.Duration, error) {
	srv, err := fakeserver.Listen(fakeserver.Config{Handler: fakeserver.Echo{}, Faults: p})
	if err != nil {
		return 0, err
	}
	lives := benchwork.LifeBody(func() (benchwork.Target, error) { return stays{srv}, nil })
	_, err = timeOf(lives, 10)
	d, _ := ofEach(p, func() error { _ = srv.Report(); return nil })
	return d, errors.Join(err, srv.Close())
}

// ofEach returns how long f takes for each rule of p: the mean of many times.
func ofEach(p fault.Plan, f func() error) (time.Duration, error) {
	times := max(3, 1000/len(p.Rules))
	began := time.Now()
	for range times {
		if err := f(); err != nil {
			return 0, err
		}
	}
	return time.Since(began) / time.Duration(times*len(p.Rules)), nil
}

// A stopwatch is a benchwork.Clock.
type stopwatch struct {
	began time.Time
	sum   time.Duration
}

// StartTimer goes on.
func (s *stopwatch) StartTimer() { s.began = time.Now() }

// StopTimer stops.
func (s *stopwatch) StopTimer() { s.sum += time.Since(s.began) }

// timeOf returns how long one of n times takes.
func timeOf(body benchwork.Body, n int) (time.Duration, error) {
	var watch stopwatch
	_, err := body(&watch, n)
	return watch.sum / time.Duration(n), err
}
