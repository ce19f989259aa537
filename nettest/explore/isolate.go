package explore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// An isolated runs trials in processes of their own: one after the other in one, and as many at once
// as the search asks for.
type isolated struct {
	cfg   Config
	spawn func() (*child, error)

	mu    sync.Mutex // guards what follows
	idle  []*child
	ended bool
	bound time.Duration // of a step
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
	if cfg.name == "" {
		return nil, fmt.Errorf("%w: Isolate is for searches in a test", ErrConfig)
	}
	return &isolated{cfg: cfg, spawn: func() (*child, error) { return startChild(cfg) }}, nil
}

// take returns a child that has nothing to do.
func (x *isolated) take() (*child, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if n := len(x.idle); n > 0 {
		c := x.idle[n-1]
		x.idle = x.idle[:n-1]
		return c, nil
	}
	return x.spawn()
}

// give takes a child back.
func (x *isolated) give(c *child) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		c.stop()
		return
	}
	x.idle = append(x.idle, c)
}

func (x *isolated) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ended = true
	for _, c := range x.idle {
		c.stop()
	}
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
		return profile{}, fmt.Errorf("%w: on a healthy wire, in a process of its own: %w", ErrConfig, err)
	case got.Profile == nil:
		c.stop()
		return profile{}, errors.Join(ErrConfig, errors.New(got.Error))
	}
	x.bound = got.Profile.Bound
	x.give(c)
	return *got.Profile, nil
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
		return died.result()
	case err != nil:
		c.kill()
		return result{Lost: err.Error()}
	case got.Result == nil:
		c.kill()
		return result{Lost: got.Error}
	case got.Result.Lost != "":
		c.kill() // what it could not end is still at work there
		return *got.Result
	}
	x.give(c)
	return *got.Result
}

// childVariable is set where a process is a child: to the test that it is to run, and which of its
// searches.
const childVariable = "FAKEWIRE_EXPLORE_CHILD"

// ordinals counts the searches of each test.
var ordinals struct {
	mu sync.Mutex
	of map[string]int
}

// searchOf names the next search of a test.
func searchOf(test string) string {
	ordinals.mu.Lock()
	defer ordinals.mu.Unlock()
	if ordinals.of == nil {
		ordinals.of = map[string]int{}
	}
	ordinals.of[test]++
	return test + "#" + strconv.Itoa(ordinals.of[test])
}

// serveChild is what a child does in place of its search. It does not return.
func serveChild(cfg Config, m fault.Medium, body Body) {
	in, out, err := childFiles()
	if err == nil {
		cfg, err = cfg.complete()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	serveTrials(newLocal(cfg, m, body), in, out)
}

// serveTrials is what a child does in place of the search: trials, until there are no more requests.
// It does not return.
func serveTrials(l *local, in io.Reader, out io.Writer) {
	ctx := context.Background()
	requests, replies := json.NewDecoder(in), json.NewEncoder(out)
	p, err := l.rehearse(ctx)
	for {
		var r request
		if requests.Decode(&r) != nil {
			os.Exit(0)
		}
		var answer reply
		switch {
		case err != nil:
			answer.Error = err.Error()
		case r.Measure:
			m := l.measure(ctx)
			answer.Measurement = &m
		case r.Plan == nil:
			answer.Profile = &p
		default:
			l.setBound(r.Bound)
			done := l.try(ctx, *r.Plan, r.OnSockets)
			answer.Result = &done
		}
		if replies.Encode(answer) != nil {
			os.Exit(1)
		}
	}
}
