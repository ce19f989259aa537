package explore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// An isolated runs trials in processes of their own: one after the other in one, and as many at once
// as the search asks for.
type isolated struct {
	cfg   Config
	spawn func() (*child, error)

	bound time.Duration // of a step

	mu   sync.Mutex // guards idle
	idle []*child
}

// A request is what a child is asked, as a line of JSON.
type request struct {
	Plan      *fault.Plan   // to try; nil: none
	OnSockets bool          // to try it there
	Measure   bool          // to measure the client's deadline; else, without a Plan, to rehearse
	Bound     time.Duration // of a step; 0: that of the rehearsal
}

// A reply is what a child answers, as a line of JSON.
type reply struct {
	Profile     *profile
	Measurement *measurement
	Result      *result
	Error       string // of the rehearsal
}

func newIsolated(cfg Config) (*isolated, error) {
	switch {
	case cfg.name == "":
		return nil, fmt.Errorf("%w: Isolate is for searches in a test", ErrConfig)
	case cfg.Network != nil:
		return nil, fmt.Errorf("%w: Isolate and Network: a process of its own has no part in a network in memory", ErrConfig)
	case cfg.Suite == nil && strings.Contains(cfg.name, " "): // go test has no spaces in its names
		return nil, fmt.Errorf("%w: Isolate in a Ginkgo spec needs Config.Suite, which is the test that runs it", ErrConfig)
	}
	return &isolated{cfg: cfg, spawn: func() (*child, error) { return startChild(cfg) }}, nil
}

// take returns a child that has nothing to do.
func (x *isolated) take() (*child, error) {
	x.mu.Lock()
	if n := len(x.idle); n > 0 {
		defer x.mu.Unlock()
		c := x.idle[n-1]
		x.idle = x.idle[:n-1]
		return c, nil
	}
	x.mu.Unlock()
	return x.spawn()
}

// give takes a child back.
func (x *isolated) give(c *child) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.idle = append(x.idle, c)
}

// close ends the children, when there are no more trials.
func (x *isolated) close() {
	var over sync.WaitGroup
	for _, c := range x.idle {
		over.Go(c.stop)
	}
	over.Wait()
	x.idle = nil
}

// rehearsalBound is how long a child may take until it has rehearsed, with all that its test does before.
const rehearsalBound = 5 * time.Minute

func (x *isolated) rehearse(ctx context.Context) (profile, error) {
	c, err := x.take()
	if err != nil {
		return profile{}, err
	}
	got, err := c.ask(ctx, request{}, rehearsalBound)
	switch {
	case err != nil:
		c.kill()
		return profile{}, fmt.Errorf("%w: on a healthy wire, in a process of its own: %w", ErrConfig, x.unreached(err))
	case got.Profile == nil:
		c.stop()
		return profile{}, errors.Join(ErrConfig, errors.New(got.Error))
	}
	x.bound = got.Profile.Bound
	x.give(c)
	return *got.Profile, nil
}

// unreached says of a test that came to its end without the search, that it did.
func (x *isolated) unreached(err error) error {
	if died := (*crash)(nil); errors.As(err, &died) && died.status == nil {
		return fmt.Errorf("%s, run by itself, does not come to this search: %w", x.cfg.name, err)
	}
	return err
}

// measure knows nothing of a client that a silent wire lets crash: that is found by the plan that does it.
func (x *isolated) measure(ctx context.Context) measurement {
	c, err := x.take()
	if err != nil {
		return measurement{Deadline: x.bound, Bound: x.bound}
	}
	got, err := c.ask(ctx, request{Measure: true}, rehearsalBound)
	if err != nil || got.Measurement == nil {
		c.kill()
		return measurement{Deadline: x.bound, Bound: x.bound}
	}
	x.bound = got.Measurement.Bound
	if got.Measurement.Harm != nil { // the search comes to that plan again
		got.Measurement.Harm = nil
		c.kill()
		return *got.Measurement
	}
	x.give(c)
	return *got.Measurement
}

// try runs a trial. A child that dies of it has shown something, and another one takes its place.
func (x *isolated) try(ctx context.Context, p fault.Plan, onSockets bool) result {
	c, err := x.take()
	if err != nil {
		return result{Lost: err.Error()}
	}
	got, err := c.ask(ctx, request{Plan: &p, OnSockets: onSockets, Bound: x.bound}, rehearsalBound)
	var died *crash
	switch {
	case errors.As(err, &died):
		return died.result(x.cfg)
	case err != nil:
		c.kill()
		return result{Lost: err.Error()}
	case got.Result == nil:
		c.kill()
		return result{Lost: got.Error}
	case got.Result.Lost != "" || got.Result.Stuck || got.Result.Harm != "":
		c.kill() // what could not be ended is still at work there
		return *got.Result
	}
	x.give(c)
	return *got.Result
}
