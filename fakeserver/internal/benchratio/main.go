// The command benchratio prints how fast fakeserver is, as ratios to package net:
//
//	go run ./fakeserver/internal/benchratio
//
// Machines are shared and noisy. So it does each work in many short slices,
// package net and fakeserver in turn, and prints the median of the ratios of
// neighbours with the 95 % interval that their order gives. A goal counts as met
// when the interval reaches it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

// fewest is how many pairs of slices a figure needs, as PERFORMANCE.md says.
const fewest = 60

func main() {
	slices := flag.Int("slices", fewest, "pairs of slices for each work")
	run := flag.String("run", "", "only works whose name matches this regular expression")
	maxTime := flag.Duration("max-time", 10*time.Minute, "stop measuring after this long, and print what there is")
	child := flag.String("child", "", "what a process of its own is for; benchratio calls itself with it")
	flag.Parse()
	var err error
	if *child != "" {
		err = runChild(*child)
	} else {
		err = measure(*run, *slices, time.Now().Add(*maxTime))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchratio:", err)
		os.Exit(1)
	}
}

// measure does what run selects, and prints a line for each as soon as it is known.
func measure(run string, slices int, deadline time.Time) error {
	selected, err := regexp.Compile(run)
	if err != nil {
		return err
	}
	if slices < 1 {
		return fmt.Errorf("-slices is %d, want 1 or more", slices)
	}
	p := &progress{began: time.Now()}
	var errs []error
	printHead()
	for _, w := range benchwork.All() {
		if !selected.MatchString(w.Name) {
			continue
		}
		ratios, err := pairs(w, slices, deadline, p)
		if len(ratios) > 0 {
			printRatio(w, ratios)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: after %d pairs: %w", w.Name, len(ratios), err))
		}
	}
	return errors.Join(append(errs, measureCounts(selected, p))...)
}
