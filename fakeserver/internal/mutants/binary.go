package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A binary is the tests of one package, built with the tag mutants.
type binary struct {
	pkg   string // its import path
	dir   string // where its tests run
	path  string
	tests []string // and benchmarks, which don't run

	healthy time.Duration // that they take without a mutant
}

// name returns the last element of the package's path.
func (b *binary) name() string { return b.pkg[strings.LastIndexByte(b.pkg, '/')+1:] }

// build compiles the packages' tests into dir.
func (c *check) build(ctx context.Context, dir string, packages []string) ([]*binary, error) {
	var all []*binary
	for i, pkg := range packages {
		place, err := output(exec.CommandContext(ctx, "go", "list", "-f", "{{.ImportPath}}\n{{.Dir}}", pkg))
		if err != nil {
			return nil, err
		}
		path, place, _ := strings.Cut(strings.TrimSpace(place), "\n")
		b := &binary{pkg: path, dir: place, path: filepath.Join(dir, strconv.Itoa(i)+".test")}
		if _, err := output(exec.CommandContext(ctx, "go", "test", "-c", "-tags", "mutants", "-o", b.path, pkg)); err != nil {
			return nil, err
		}
		list, err := output(b.command(ctx, "", "-test.list", "."))
		if err != nil {
			return nil, err
		}
		b.tests = strings.Fields(list)
		if !slices.ContainsFunc(b.tests, goesThroughAll) {
			return nil, fmt.Errorf("no test of %s is called %s…: those kill soon, and without them each run takes as long as all tests", b.pkg, eachFault)
		}
		all = append(all, b)
	}
	return all, nil
}

// mutants returns those that selected matches of what the package's TestListMutants
// lists.
func (b *binary) mutants(ctx context.Context, selected *regexp.Regexp) ([]string, error) {
	text, err := output(b.command(ctx, "", "-test.v", "-test.run", "^TestListMutants$"))
	if err != nil {
		return nil, err
	}
	var mutants []string
	for _, m := range attrLine.FindAllStringSubmatch(text, -1) {
		if selected.MatchString(m[1]) {
			mutants = append(mutants, m[1])
		}
	}
	if len(mutants) == 0 {
		return nil, fmt.Errorf("TestListMutants of %s lists no mutant that matches %q", b.pkg, selected)
	}
	return mutants, nil
}

var attrLine = regexp.MustCompile(`(?m)^=== ATTR +TestListMutants mutant (.+)$`)

// command returns the command that runs the tests with a mutant at work; "" is none.
func (b *binary) command(ctx context.Context, mutant string, flags ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.path, flags...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "FAKEWIRE_DISABLE="+mutant)
	cmd.WaitDelay = time.Second // for what the tests have started
	return cmd
}

// eachFault is how the names of tests begin that go through each fault.
const eachFault = "TestEachFault"

func goesThroughAll(test string) bool { return strings.HasPrefix(test, eachFault) }

// passes returns the flags of the runs that together run all tests, those first that
// kill soon: those that go through each fault, in a table that ends as quickly where
// a fault does nothing, then those with this fault in their names, or with where it acts,
// then the others.
func (b *binary) passes(mutant string) [][]string {
	words := strings.Fields(strings.ToLower(mutant)) // "datagrams", perhaps; the direction; the kind
	var each, about, done []string
	for _, t := range b.tests {
		named := func(word string) bool { return strings.Contains(strings.ToLower(t), word) }
		switch {
		case goesThroughAll(t):
			each = append(each, t)
		case slices.ContainsFunc(words[len(words)-2:], named):
			about = append(about, t)
		}
	}
	var passes [][]string
	for _, names := range [][]string{each, about} {
		if len(names) > 0 {
			passes = append(passes, []string{"-test.run", anyOf(names)})
			done = append(done, names...)
		}
	}
	return append(passes, []string{"-test.skip", anyOf(done)})
}

// anyOf returns a regular expression for exactly these names; for "" if there is none.
func anyOf(names []string) string { return "^(" + strings.Join(names, "|") + ")$" }

// output runs cmd and returns what it writes to its output. The error of a command
// that fails has all that it wrote.
func output(cmd *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", strings.Join(cmd.Args, " "), err, &stdout, &stderr)
	}
	return stdout.String(), nil
}

// exited reports whether err says that a command ran, and failed.
func exited(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit)
}
