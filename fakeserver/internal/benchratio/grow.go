package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchratio/growth"
	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// A grown is a curve that was measured.
type grown struct {
	curve       benchwork.Curve
	points, raw []benchwork.Point // raw is empty where there is no such thing
}

func selectCurves(selected *regexp.Regexp) (all []benchwork.Curve) {
	for _, c := range growth.Curves() {
		if selected.MatchString(c.Name) {
			all = append(all, c)
		}
	}
	return all
}

func printCurves(w io.Writer, curves []benchwork.Curve) {
	for _, c := range curves {
		fmt.Fprintf(w, "%-22s %s\n", c.Name, c.What)
	}
}

func (o *options) selectAndGrow(ctx context.Context, selected *regexp.Regexp) error {
	curves := selectCurves(selected)
	switch {
	case len(curves) == 0:
		return fmt.Errorf("-run %q matches no curve: see -grow -list", o.run)
	case o.max < 1:
		return fmt.Errorf("-max is %d, want 1 or more", o.max)
	case o.list:
		printCurves(os.Stdout, curves)
		return nil
	}
	return o.grow(ctx, curves)
}

// grow measures the curves, and prints each as soon as it is known.
func (o *options) grow(ctx context.Context, curves []benchwork.Curve) error {
	if err := canWrite(o.json, o.growSVG); err != nil {
		return err
	}
	deadline := time.Now().Add(o.maxTime)
	var all []grown
	var errs []error
	for i, c := range curves {
		if i > 0 && time.Now().After(deadline) {
			errs = append(errs, fmt.Errorf("%s and what comes after it: there is no time left: see -max-time", c.Name))
			break
		}
		g, err := measureCurve(c, o.max)
		if len(g.points) > 0 {
			all = append(all, g)
			printGrown(os.Stdout, g)
		}
		if ctx.Err() != nil { // which ends the curve's clients as well: its error is none
			errs = append(errs, fmt.Errorf("interrupted in %s, curve %d of %d", c.Name, i+1, len(curves)))
			break
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.Name, err))
		}
	}
	write := func(w io.Writer, _ []result) error { return writeGrownJSON(w, all) }
	draw := func(w io.Writer, _ []result) error { return drawGrown(w, all) }
	return errors.Join(append(errs, writeFile(o.json, nil, write), writeFile(o.growSVG, nil, draw))...)
}

// measureCurve measures up to most, or up to where the curve ends. What there is before an error, it returns, too.
func measureCurve(c benchwork.Curve, most int) (grown, error) {
	g := grown{curve: c}
	most = min(most, c.Most)
	var err, rawErr error
	g.points, err = c.Points(most)
	if c.Raw != nil {
		g.raw, rawErr = c.Raw(most)
	}
	return g, errors.Join(err, rawErr)
}

// printGrown prints a line for each point, with a bar that is as long as its value.
func printGrown(w io.Writer, g grown) {
	fmt.Fprintf(w, "%s: %s: %s\n", g.curve.Name, g.curve.What, slope(g.points))
	largest := 0.0
	for _, p := range append(g.raw[:len(g.raw):len(g.raw)], g.points...) {
		largest = max(largest, p.Value)
	}
	for i, p := range g.points {
		beside := ""
		if i < len(g.raw) {
			beside = "  package net: " + number(g.raw[i].Value)
		}
		fmt.Fprintf(w, "%12d %-12s %10s %-3s %-20s%s\n", p.N, g.curve.Of, number(p.Value), g.curve.Unit, bar(p.Value, largest), beside)
	}
	fmt.Fprintln(w)
}

// bar is 20 characters long at the largest.
func bar(value, largest float64) string {
	if largest <= 0 || value <= 0 {
		return ""
	}
	return strings.Repeat("█", max(1, int(math.Round(20*value/largest))))
}

// slope says in words how the points grow.
func slope(points []benchwork.Point) string {
	e, ok := exponent(points)
	switch {
	case !ok:
		return "too few points"
	case e < -0.15:
		return fmt.Sprintf("falls, as N^%.2f", e)
	case e <= 0.15:
		return fmt.Sprintf("flat, N^%.2f", e)
	case e >= 0.85 && e <= 1.15:
		return fmt.Sprintf("linear, N^%.2f", e)
	}
	return fmt.Sprintf("grows as N^%.2f", e)
}

// exponent is that of N in the power of it that the points are nearest to, on logarithmic scales. What has a constant share, as most
// costs do, has a smaller one than its largest points alone.
func exponent(points []benchwork.Point) (e float64, ok bool) {
	var n, sx, sy, sxx, sxy float64
	for _, p := range points {
		if p.Value > 0 {
			x, y := math.Log(float64(p.N)), math.Log(p.Value)
			n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
		}
	}
	if d := n*sxx - sx*sx; n >= 2 && d > 0 {
		return (n*sxy - sx*sy) / d, true
	}
	return 0, false
}
