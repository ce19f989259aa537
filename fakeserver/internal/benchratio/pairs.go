package main

import (
	"fmt"
	"os"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// A stopwatch is a benchwork.Clock.
type stopwatch struct {
	began time.Time
	sum   time.Duration
}

// StartTimer goes on.
func (s *stopwatch) StartTimer() { s.began = time.Now() }

// StopTimer stops.
func (s *stopwatch) StopTimer() { s.sum += time.Since(s.began) }

// slice runs body once and returns how long one time took.
func slice(body benchwork.Body, n int) (time.Duration, error) {
	var watch stopwatch
	done, err := body(&watch, n)
	if err != nil {
		return 0, err
	}
	if done == 0 {
		return 0, fmt.Errorf("nothing was done in %v", watch.sum)
	}
	return watch.sum / time.Duration(done), nil
}

// pairs runs both sides of w in turn, and returns the ratio of each pair, those
// before an error too. Who is
// first changes, so that drift favors neither.
func pairs(w benchwork.Work, n int, deadline time.Time, p *progress) ([]float64, error) {
	raw := func() (time.Duration, error) { return slice(w.Raw, w.Slice) }
	kit := func() (time.Duration, error) { return slice(w.Kit, w.Slice) }
	if w.Fresh {
		raw = func() (time.Duration, error) { return sliceInChild(w, "raw") }
		kit = func() (time.Duration, error) { return sliceInChild(w, "fakeserver") }
	} else if _, _, err := both(raw, kit); err != nil { // warms up
		return nil, err
	}
	var ratios []float64
	for i := 0; i < n && (i == 0 || time.Now().Before(deadline)); i++ {
		a, b := raw, kit
		if i%2 == 1 {
			a, b = b, a
		}
		r, k, err := both(a, b)
		if err != nil {
			return ratios, err
		}
		if i%2 == 1 {
			r, k = k, r
		}
		ratios = append(ratios, w.Goal.Ratio(r, k))
		p.show(fmt.Sprintf("%s: %d of %d pairs", w.Name, i+1, n))
	}
	return ratios, nil
}

func both(a, b func() (time.Duration, error)) (ta, tb time.Duration, err error) {
	if ta, err = a(); err == nil {
		tb, err = b()
	}
	return ta, tb, err
}

// progress tells on stderr how far long work has got, every few seconds.
type progress struct {
	began, last time.Time
}

func (p *progress) show(text string) {
	if now := time.Now(); now.Sub(p.last) > 5*time.Second {
		p.last = now
		fmt.Fprintf(os.Stderr, "benchratio: %v: %s\n", now.Sub(p.began).Round(time.Second), text)
	}
}
