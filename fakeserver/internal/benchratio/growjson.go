package main

import (
	"encoding/json"
	"io"
	"runtime"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// A grownDocument is the curves as JSON.
type grownDocument struct {
	Go     string        `json:"go"`
	OS     string        `json:"os"`
	Arch   string        `json:"arch"`
	CPUs   int           `json:"cpus"`
	Curves []curveOfJSON `json:"curves"`
}

type curveOfJSON struct {
	Name     string        `json:"name"`
	What     string        `json:"what"`
	Of       string        `json:"of"`
	Unit     string        `json:"unit,omitempty"`
	Points   []pointOfJSON `json:"points"`
	Raw      []pointOfJSON `json:"package_net,omitempty"`
	Exponent *float64      `json:"exponent,omitempty"`
}

type pointOfJSON struct {
	N     int     `json:"n"`
	Value float64 `json:"value"`
}

func writeGrownJSON(w io.Writer, all []grown) error {
	d := grownDocument{Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Curves: []curveOfJSON{}}
	for _, g := range all {
		c := curveOfJSON{Name: g.curve.Name, What: g.curve.What, Of: g.curve.Of, Unit: g.curve.Unit, Points: pointsOfJSON(g.points), Raw: pointsOfJSON(g.raw)}
		if e, ok := exponent(g.points); ok {
			c.Exponent = &e
		}
		d.Curves = append(d.Curves, c)
	}
	return encodeJSON(w, d)
}

func pointsOfJSON(points []benchwork.Point) (all []pointOfJSON) {
	for _, p := range points {
		all = append(all, pointOfJSON{p.N, p.Value})
	}
	return all
}

func encodeJSON(w io.Writer, d any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	return e.Encode(d)
}
