// The command mutants checks the tests: it disables one fault at a time, wherever
// it can be in a plan, and some test of each package has to fail.
//
//	go run ./fakeserver/internal/mutants
//
// A disabled fault still says in the record and in the report that it acted. So
// what survives here is a fault that no test has seen on the wire, or in package
// fault among the decisions. The list comes from package fault: a new fault is on it
// by itself.
//
// It prints a table of which test killed which mutant, and the survivors, and exits
// with 1 if there are any.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// module is where the packages are.
const module = "github.com/fakewire/fakewire/fakeserver"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the command. It returns its exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c := check{out: stdout, progress: stderr}
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	flags.SetOutput(stderr)
	packages := flags.String("packages", module+"/fault,"+module, "the packages whose tests have to kill each mutant, with commas between; the first one's tests list the mutants")
	selected := flags.String("run", "", "only mutants whose name matches this regular expression")
	flags.DurationVar(&c.timeout, "timeout", 30*time.Second, "how long a test may run with a mutant; hanging is a way to be killed")
	flags.IntVar(&c.parallel, "parallel", runtime.GOMAXPROCS(0), "how many test binaries run at once")
	flags.BoolVar(&c.verbose, "v", false, "print what the tests say")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	survivors, err := c.all(ctx, strings.Split(*packages, ","), *selected)
	if err != nil {
		fmt.Fprintln(stderr, "mutants:", err)
	}
	if err != nil || len(survivors) > 0 {
		return 1
	}
	return 0
}

// A check disables faults.
type check struct {
	timeout  time.Duration // of one test
	parallel int
	out      io.Writer // gets the table and the survivors
	progress io.Writer // gets a line for each result, as soon as it is known
	verbose  bool      // it gets what the tests say too
}

// all checks the mutants that match pattern, and returns those that survive. An error
// says that it can't tell: a test fails without any mutant, or a run gave no result.
func (c *check) all(ctx context.Context, packages []string, pattern string) (survivors []result, err error) {
	selected, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binaries, err := c.build(ctx, dir, packages)
	if err != nil {
		return nil, err
	}
	mutants, err := binaries[0].mutants(ctx, selected)
	if err != nil {
		return nil, err
	}
	if err := c.healthy(ctx, binaries); err != nil {
		return nil, err
	}
	results := c.runAll(ctx, binaries, mutants)
	var errs []error
	for _, r := range results {
		if r.err != nil {
			errs = append(errs, fmt.Errorf("%s in %s: %w", r.mutant, r.pkg, r.err))
		} else if r.killer == "" {
			survivors = append(survivors, r)
		}
	}
	printTable(c.out, mutants, binaries, results)
	if err := errors.Join(errs...); err != nil {
		return survivors, err
	}
	printSurvivors(c.out, len(results), survivors)
	return survivors, nil
}
