package main

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
)

func printHead() {
	fmt.Printf("%-17s %-48s %7s  %-13s %-15s %s\n", "work", "what", "median", "95 % interval", "goal", "verdict")
}

func printLine(name, what, median, interval, goal, verdict string) {
	fmt.Printf("%-17s %-48s %7s  %-13s %-15s %s\n", name, what, median, interval, goal, verdict)
}

// printRatio prints what the pairs say of w.
func printRatio(w benchwork.Work, ratios []float64) {
	s := summarize(ratios)
	goal, verdict := goalText(w.Goal), "-"
	if w.Goal.Bound != 0 {
		verdict = verdictText(w.Goal.Met(s.low, s.high))
	}
	if s.n < fewest {
		verdict += fmt.Sprintf(" (only %d pairs)", s.n)
	}
	printLine(w.Name, w.What, fmt.Sprintf("%.3f", s.median), fmt.Sprintf("%.3f-%.3f", s.low, s.high), goal, verdict)
}

func goalText(g benchwork.Goal) string {
	kind, sign := "time", "<="
	if g.Speed {
		kind, sign = "speed", ">="
	}
	if g.Bound == 0 {
		return kind
	}
	return fmt.Sprintf("%s %s %.2f", kind, sign, g.Bound)
}

func verdictText(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}

// measureCounts measures what is no matter of time.
func measureCounts(selected *regexp.Regexp, p *progress) error {
	if selected.MatchString("Memory") {
		if err := measureMemory(p); err != nil {
			return fmt.Errorf("memory: %w", err)
		}
	}
	if selected.MatchString("Bandwidth") {
		if err := measureRates(p); err != nil {
			return fmt.Errorf("bandwidth: %w", err)
		}
	}
	if selected.MatchString("Allocs") {
		return measureLives(p)
	}
	return nil
}

// measureRates prints how exact Bandwidth is.
func measureRates(p *progress) error {
	for _, rate := range benchwork.Rates {
		for _, toClient := range []bool{true, false} {
			p.show("Bandwidth")
			var shares []float64
			for range 5 {
				share, err := benchwork.Rate(rate, toClient)
				if err != nil {
					return err
				}
				shares = append(shares, share)
			}
			direction := "FromClient"
			if toClient {
				direction = "ToClient"
			}
			s := summarize(shares)
			printLine("Bandwidth", fmt.Sprintf("%s %d KiB/s, over a second", direction, rate>>10),
				fmt.Sprintf("%.4f", s.median), fmt.Sprintf("%.3f-%.3f", slices.Min(shares), slices.Max(shares)),
				"0.98 to 1.02", verdictText(s.median >= 0.98 && s.median <= 1.02))
		}
	}
	return nil
}

// measureMemory prints what is kept of each recorded byte.
func measureMemory(p *progress) error {
	for _, m := range []struct {
		total, write int
		goal         float64 // 0: none
	}{
		{16 << 20, 64 << 10, 1.07},
		{64 << 10, 64 << 10, 2},
		{64 << 10, 1 << 10, 2},
	} {
		p.show("Memory")
		var kept []float64
		for range 9 {
			k, err := keptInChild(m.total, m.write)
			if err != nil {
				return err
			}
			kept = append(kept, k)
		}
		s := summarize(kept)
		printLine("Memory", fmt.Sprintf("kept per byte of %d KiB, %d KiB writes", m.total>>10, m.write>>10),
			fmt.Sprintf("%.3f", s.median), fmt.Sprintf("%.3f-%.3f", s.low, s.high),
			fmt.Sprintf("B/B <= %.2f", m.goal), verdictText(s.low <= m.goal))
	}
	return nil
}

// measureLives prints what a life cycle allocates and leaves behind.
func measureLives(p *progress) error {
	p.show("Allocs")
	raw, err := benchwork.CountLives(false, 200)
	if err != nil {
		return err
	}
	kit, err := benchwork.CountLives(true, 200)
	if err != nil {
		return err
	}
	printLine("Allocs", fmt.Sprintf("of a life cycle (package net: %.0f)", raw.Allocs),
		fmt.Sprintf("%.0f", kit.Allocs), fmt.Sprintf("%.1f KiB", kit.Bytes/1024), "<= 60", verdictText(kit.Allocs <= 60))
	printLine("Allocs", "goroutines left when Close returns, and later",
		fmt.Sprint(kit.Left), fmt.Sprint(kit.Later), "0", verdictText(kit.Left == 0))
	return nil
}
