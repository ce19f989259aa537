package main

import (
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"
)

// printTable prints what killed each mutant in each package.
func printTable(w io.Writer, mutants []string, binaries []*binary, results []result) {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	defer t.Flush()
	fmt.Fprint(t, "\nmutant")
	for _, b := range binaries {
		fmt.Fprint(t, "\t", b.name())
	}
	for i, m := range mutants {
		fmt.Fprint(t, "\n", m)
		for _, r := range results[i*len(binaries):][:len(binaries)] {
			fate := cmp.Or(r.killer, "SURVIVED")
			if r.err != nil {
				fate = "NO RESULT"
			}
			fmt.Fprint(t, "\t", fate)
		}
	}
	fmt.Fprintln(t)
}

// printSurvivors prints the survivors of so many runs.
func printSurvivors(w io.Writer, runs int, survivors []result) {
	if len(survivors) == 0 {
		fmt.Fprintf(w, "\n%d runs; survivors: none\n", runs)
		return
	}
	fmt.Fprintf(w, "\n%d runs; survivors: %d\n", runs, len(survivors))
	for _, r := range survivors {
		fmt.Fprintf(w, "\t%s: no test of package %s fails without it\n", r.mutant, r.pkg)
	}
}
