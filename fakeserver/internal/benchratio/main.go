// The command benchratio prints how fast the kit is, against the goals that it has:
//
//	go -C fakeserver/internal/benchratio run .
//	go -C fakeserver/internal/benchratio run . -run '^UDP' -slices 100
//	go -C fakeserver/internal/benchratio run . -json goals.json -svg goals.svg
//	go -C fakeserver/internal/benchratio run . -grow -growsvg growth.svg
//
// Machines are shared and noisy. So it does each work in many short slices, the baseline and the kit in turn in one process, and
// prints the median of the ratios of neighbors with its 95 % interval. A goal counts as met when the interval reaches it. That a
// goal is missed is no failure of the command: its status is 1 only if something could not be measured. An interrupt ends it with
// what there is, in the files as well.
//
// With -grow it measures how costs grow with connections, rules, servers and events, up to -max of them, instead: see GROWTH.md.
//
// It is a module of its own, so that nothing of what it is compared with is required by whoever tests with fakewire.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"time"
)

// minSlices is how many pairs of slices a ratio needs.
const minSlices = 60

type options struct {
	run, json, svg string
	slices         int
	maxTime        time.Duration
	growth         bool
	max            int
	growSVG        string
	list           bool
	child          string
}

func main() {
	var o options
	flag.StringVar(&o.run, "run", "", "only rows, or curves, whose name matches this `regexp`")
	flag.IntVar(&o.slices, "slices", minSlices, "pairs of slices for each ratio; other figures are measured so often at most")
	flag.DurationVar(&o.maxTime, "max-time", 15*time.Minute, "after this long, measure each row that is left only once")
	flag.StringVar(&o.json, "json", "", "write the table, or the curves, to this `file` as JSON, too")
	flag.StringVar(&o.svg, "svg", "", "draw the table into this `file`, too")
	flag.BoolVar(&o.growth, "grow", false, "measure how costs grow, instead")
	flag.IntVar(&o.max, "max", 10_000_000, "with -grow: up to so many of what there are more and more of")
	flag.StringVar(&o.growSVG, "growsvg", "", "with -grow: draw the curves into this `file`, too")
	flag.BoolVar(&o.list, "list", false, "list the rows, or the curves, and measure nothing")
	flag.StringVar(&o.child, "child", "", "what a process of its own is for; benchratio calls itself with it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt does not wait for the slice
	if err := o.do(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "benchratio:", err)
		os.Exit(1)
	}
}

func (o *options) do(ctx context.Context) error {
	if o.child != "" {
		return runChild(os.Stdout, o.child)
	}
	if flag.NArg() > 0 {
		return fmt.Errorf("what is %q for? See -h", flag.Args())
	}
	switch {
	case o.slices < 1:
		return fmt.Errorf("-slices is %d, want 1 or more", o.slices)
	case o.growSVG != "" && !o.growth:
		return errors.New("-growsvg draws the curves: it is for -grow")
	case o.svg != "" && o.growth:
		return errors.New("-svg draws the table: for the curves of -grow it is -growsvg")
	}
	selected, err := regexp.Compile(o.run)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	if o.growth {
		return o.selectAndGrow(ctx, selected)
	}
	rows := selectRows(selected)
	if len(rows) == 0 {
		return fmt.Errorf("-run %q matches no row: see -list", o.run)
	}
	if o.list {
		printList(os.Stdout, rows)
		return nil
	}
	return o.measure(ctx, rows)
}

// measure measures the rows and prints each as soon as it is known.
func (o *options) measure(ctx context.Context, rows []row) error {
	if err := canWrite(o.json, o.svg); err != nil {
		return err
	}
	m := &measuring{slices: o.slices, deadline: time.Now().Add(o.maxTime), began: time.Now(), stop: ctx.Done()}
	var results []result
	var errs []error
	table := newLayout(rows)
	table.printHead(os.Stdout)
	for i, r := range rows {
		got, err := m.row(r)
		if len(got.figures) > 0 {
			results = append(results, got)
			table.printResult(os.Stdout, got)
		}
		if ctx.Err() != nil { // which ends the row's child as well: its error is none
			errs = append(errs, fmt.Errorf("interrupted in %s, row %d of %d", r.name(), i+1, len(rows)))
			break
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: after %d measurements: %w", r.name(), len(got.figures), err))
		}
	}
	printSum(os.Stdout, results)
	return errors.Join(append(errs, writeFile(o.json, results, writeJSON), writeFile(o.svg, results, drawSVG))...)
}
