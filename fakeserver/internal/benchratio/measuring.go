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
	return max(1, watch.sum/time.Duration(done)), nil
}

// A measuring measures rows, one after the other.
type measuring struct {
	slices      int             // pairs for each row
	deadline    time.Time       // after which each row gets one
	began, last time.Time       // told on stderr
	stop        <-chan struct{} // closed by an interrupt; nil: nothing interrupts
}

// row measures r. What it has before an error, it returns, too.
func (m *measuring) row(r row) (result, error) {
	if r.work != nil {
		return m.pairs(r)
	}
	return m.times(r)
}

// goesOn reports whether there is time for measurement i of n.
func (m *measuring) goesOn(i, n int) bool {
	select {
	case <-m.stop:
		return false
	default:
	}
	return i < n && (i == 0 || time.Now().Before(m.deadline))
}

// pairs runs both sides of a work in turn. Which is first changes, so that drift favors neither.
func (m *measuring) pairs(r row) (result, error) {
	got, w := result{row: r, enough: m.slices >= minSlices}, r.work
	raw := func() (time.Duration, error) { return slice(w.Raw, w.Slice) }
	kit := func() (time.Duration, error) { return slice(w.Kit, w.Slice) }
	if w.Fresh {
		raw = func() (time.Duration, error) { return sliceInChild(w, "raw") }
		kit = func() (time.Duration, error) { return sliceInChild(w, "kit") }
	} else if _, _, err := both(raw, kit); err != nil { // warms up
		return got, err
	}
	for i := 0; m.goesOn(i, m.slices); i++ {
		a, b := raw, kit
		if i%2 == 1 {
			a, b = b, a
		}
		tr, tk, err := both(a, b)
		if err != nil {
			return got, err
		}
		if i%2 == 1 {
			tr, tk = tk, tr
		}
		got.add(w, tr, tk)
		m.show(fmt.Sprintf("%s: %d of %d pairs", w.Name, i+1, m.slices))
	}
	got.enough = len(got.figures) >= minSlices
	return got, nil
}

func both(a, b func() (time.Duration, error)) (ta, tb time.Duration, err error) {
	if ta, err = a(); err == nil {
		tb, err = b()
	}
	return ta, tb, err
}

// times measures a figure as often as it wants, or as often as there are slices, if they are fewer.
func (m *measuring) times(r row) (result, error) {
	got, f := result{row: r}, r.figure
	measure, n := f.Measure, f.Times
	if f.Fresh {
		measure = func() (float64, error) { return inChild(f.Name) }
	}
	if n == 0 || n > m.slices {
		n = m.slices
	}
	for i := 0; m.goesOn(i, n); i++ {
		x, err := measure()
		if err != nil {
			return got, err
		}
		got.figures = append(got.figures, x)
		m.show(fmt.Sprintf("%s: %d of %d", f.Name, i+1, n))
	}
	got.enough = len(got.figures) >= min(minSlices, max(f.Times, minTimes))
	return got, nil
}

// show tells on stderr how far long work has got, every few seconds.
func (m *measuring) show(text string) {
	if now := time.Now(); now.Sub(m.last) > 5*time.Second {
		m.last = now
		fmt.Fprintf(os.Stderr, "benchratio: %v: %s\n", now.Sub(m.began).Round(time.Second), text)
	}
}
