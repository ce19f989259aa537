package main

import (
	"fmt"
	"io"
	"regexp"

	"github.com/fakewire/fakewire/fakeserver/internal/benchratio/inmemory"
	"github.com/fakewire/fakewire/fakeserver/internal/benchratio/peers"
	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// A row is one line of the table: a work or a figure.
type row struct {
	work   *benchwork.Work
	figure *benchwork.Figure
}

func (r row) name() string {
	if r.work != nil {
		return r.work.Name
	}
	return r.figure.Name
}

func (r row) what() string {
	if r.work != nil {
		return r.work.What
	}
	return r.figure.What
}

// baseline is what the row's figure is a ratio to, in words; empty if it is none.
func (r row) baseline() string {
	if r.work != nil {
		return r.work.Baseline
	}
	return ""
}

// unit is what the row's figure counts.
func (r row) unit() string {
	switch {
	case r.work == nil:
		return r.figure.Unit
	case r.work.Speed:
		return "× the speed"
	}
	return "× the time"
}

func (r row) goal() benchwork.Goal {
	if r.work != nil {
		return r.work.Goal
	}
	return r.figure.Goal
}

// allRows returns the table's rows: those that are ratios first.
func allRows() (all []row) {
	for _, works := range [][]benchwork.Work{benchwork.Works(), inmemory.Works(), peers.Works()} {
		for i := range works {
			all = append(all, row{work: &works[i]})
		}
	}
	for _, figures := range [][]benchwork.Figure{benchwork.Figures(), inmemory.Figures()} {
		for i := range figures {
			all = append(all, row{figure: &figures[i]})
		}
	}
	return all
}

// findRow returns the row of that name.
func findRow(name string) (row, error) {
	for _, r := range allRows() {
		if r.name() == name {
			return r, nil
		}
	}
	return row{}, fmt.Errorf("there is no row %q", name)
}

func selectRows(selected *regexp.Regexp) (rows []row) {
	for _, r := range allRows() {
		if selected.MatchString(r.name()) {
			rows = append(rows, r)
		}
	}
	return rows
}

func printList(w io.Writer, rows []row) {
	for _, r := range rows {
		fmt.Fprintf(w, "%-22s %s\n", r.name(), r.what())
	}
}
