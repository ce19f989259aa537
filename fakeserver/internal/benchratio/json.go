package main

import (
	"io"
	"math"
	"os"
	"runtime"
)

// A document is the table as JSON.
type document struct {
	Go   string      `json:"go"`
	OS   string      `json:"os"`
	Arch string      `json:"arch"`
	CPUs int         `json:"cpus"`
	Rows []rowOfJSON `json:"rows"`
}

type rowOfJSON struct {
	Name     string   `json:"name"`
	What     string   `json:"what"`
	Baseline string   `json:"baseline,omitempty"`
	Unit     string   `json:"unit,omitempty"`
	AtLeast  *float64 `json:"at_least,omitempty"` // the goal
	AtMost   *float64 `json:"at_most,omitempty"`  // the goal
	Median   float64  `json:"median"`
	Low      float64  `json:"low"`  // of the 95 % interval
	High     float64  `json:"high"` // of the 95 % interval
	Samples  int      `json:"samples"`
	Enough   bool     `json:"enough"`                // samples
	Raw      *float64 `json:"baseline_ns,omitempty"` // the median of one time
	Kit      *float64 `json:"kit_ns,omitempty"`      // the median of one time
	Verdict  string   `json:"verdict"`               // "met", "MISSED", or "-" where there is no goal
}

func writeJSON(w io.Writer, results []result) error {
	d := document{Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Rows: []rowOfJSON{}}
	for _, r := range results {
		d.Rows = append(d.Rows, r.asJSON())
	}
	return encodeJSON(w, d)
}

func (r *result) asJSON() rowOfJSON {
	s := summarize(r.figures)
	low, high := r.row.goal().Bounds()
	j := rowOfJSON{
		Name: r.row.name(), What: r.row.what(), Baseline: r.row.baseline(), Unit: r.row.unit(), AtLeast: finite(low), AtMost: finite(high),
		Median: s.median, Low: s.low, High: s.high, Samples: len(r.figures), Enough: r.enough, Verdict: r.verdict(),
	}
	if len(r.raw) > 0 {
		raw, kit := summarize(r.raw).median, summarize(r.kit).median
		j.Raw, j.Kit = &raw, &kit
	}
	return j
}

// finite returns nil where x is no bound.
func finite(x float64) *float64 {
	if math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// canWrite returns an error if one of the files can't be written: better now than when all is measured. An empty path is no file.
func canWrite(paths ...string) error {
	for _, path := range paths {
		if path == "" {
			continue
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666) // what it holds stays until there is a table
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// writeFile writes what write does to the file; if path is empty, nothing.
func writeFile(path string, results []result, write func(io.Writer, []result) error) error {
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	err = write(f, results)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
