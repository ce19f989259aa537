package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// A result is what became of one mutant in the tests of one package.
type result struct {
	mutant string
	pkg    string
	killer string // the test that failed, and how if it did not just fail; empty: the mutant survived
	took   time.Duration
	err    error // why neither can be told
}

// healthy returns an error if a package's tests fail without any mutant: they would
// kill them all.
func (c *check) healthy(ctx context.Context, binaries []*binary) error {
	errs := make([]error, len(binaries))
	var wg sync.WaitGroup
	for i, b := range binaries {
		wg.Go(func() {
			began := time.Now()
			_, errs[i] = output(b.command(ctx, "", "-test.timeout", (10 * c.timeout).String()))
			b.healthy = time.Since(began)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("without a mutant: %w", err)
	}
	fmt.Fprintln(c.progress, "without a mutant, all tests pass")
	return nil
}

// runAll runs all mutants in all packages. It returns the results mutant by mutant.
func (c *check) runAll(ctx context.Context, binaries []*binary, mutants []string) []result {
	results := make([]result, len(mutants)*len(binaries))
	var wg sync.WaitGroup
	var mu sync.Mutex // guards done, and what goes to progress
	done := 0
	turns := make(chan struct{}, max(1, c.parallel))
	for i := range results {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			r, text := c.one(ctx, binaries[i%len(binaries)], mutants[i/len(binaries)])
			mu.Lock()
			defer mu.Unlock()
			results[i] = r
			done++
			fmt.Fprintf(c.progress, "%d/%d %s\n", done, len(results), r)
			if c.verbose {
				fmt.Fprintln(c.progress, text)
			}
		})
	}
	wg.Wait()
	return results
}

// one runs a package's tests with one mutant at work, until one fails. It returns
// what the tests said too. Together they have so much time that one that hangs has had
// its own when that is up, even on a machine that is busier now.
func (c *check) one(ctx context.Context, b *binary, mutant string) (r result, text string) {
	began := time.Now()
	r = result{mutant: mutant, pkg: b.name()}
	together := c.timeout + 4*b.healthy
	for _, pass := range b.passes(mutant) {
		cmd := b.command(ctx, mutant, append(pass, "-test.v", "-test.failfast", "-test.timeout", together.String())...)
		var all strings.Builder
		cmd.Stdout, cmd.Stderr = &all, &all
		err := cmd.Run()
		if text = all.String(); err != nil {
			r.killer, r.err = killer(text, err, c.timeout)
			if ctx.Err() != nil {
				r.err = context.Cause(ctx)
			}
			break
		}
	}
	r.took = time.Since(began)
	return r, text
}

// String returns a line for people.
func (r result) String() string {
	fate := "survived"
	if r.err != nil {
		fate = "no result"
	} else if r.killer != "" {
		fate = "killed by " + r.killer
	}
	return fmt.Sprintf("%s, %s: %s (%.1fs)", r.mutant, r.pkg, fate, r.took.Seconds())
}
