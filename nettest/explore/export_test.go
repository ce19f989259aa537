package explore

import (
	"context"
	"fmt"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// Oracles are all that can be turned off.
var Oracles = oracles

// Waves is how many there are, from 0.
const Waves = waves

// WithoutWave returns a Config by which a wave is not tried.
func (c Config) WithoutWave(n int) Config {
	c.leftOut = n
	return c
}

// A Trace is what a search has tried, before it looks closer at what it has found.
type Trace struct {
	Tally    Tally
	Finds    []*Find
	Plans    []string // in their order, by their keys
	Outcomes []string // whether each acted, and what it broke
	Shapes   []string // how each trial ended
	Notes    []string
}

// Try searches without looking closer at what is found.
func Try(ctx context.Context, cfg Config, m fault.Medium, body Body) (Trace, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return Trace{}, err
	}
	x, err := newExecutor(cfg, m, body)
	if err != nil {
		return Trace{}, err
	}
	defer x.close()
	s := newSearch(cfg, m, x)
	defer s.progress.end()
	err = s.all(ctx)
	tr := Trace{Tally: s.tally, Finds: s.finds, Notes: s.notes}
	for _, p := range s.order {
		key := keyOf(p)
		r := s.tried[key]
		tr.Plans = append(tr.Plans, key)
		outcome := fmt.Sprintf("fired %t, refused %q, lost %q", r.Fired, r.Refused, r.Lost)
		for _, b := range r.Breaches {
			outcome += fmt.Sprintf(", %s: %s", b.Oracle, b.Kind)
		}
		tr.Outcomes = append(tr.Outcomes, outcome)
		tr.Shapes = append(tr.Shapes, r.Shape)
	}
	return tr, err
}

// TryLogger is Try for loggers.
func TryLogger(ctx context.Context, cfg Config, m fault.Medium, open func(ctx context.Context, w *Wire) (Log, error)) (Trace, error) {
	cfg = loggerConfig(cfg, m)
	return Try(ctx, cfg, m, logging(cfg, m, open))
}
