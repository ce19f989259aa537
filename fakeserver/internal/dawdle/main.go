// The command dawdle runs tests while functions of some packages are held up, now and
// then, before they begin:
//
//	go run ./fakeserver/internal/dawdle -- -race ./fakeserver ./nettest
//
// What goes wrong only if a goroutine is late at the wrong moment, once in a million runs,
// then goes wrong in one of a few. A test that fails so is no proof of a bug in what it
// tests: it may have counted on being fast itself. Either is to be mended.
//
// It changes no file: the compiler gets copies, by go test's -overlay. What comes after
// "--" is go test's. Bubbles don't notice: a function that is held up is at
// work, and takes none of their time. It needs Linux.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// usual are the packages in which goroutines wait for one another.
const usual = "./fakeserver,./fakeserver/internal/record,./fakeserver/internal/store,./fakeserver/transcript,./nettest,./nettest/match,./scenarios"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run is the command. It returns its exit status, which is go test's.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var d dawdling
	flags := flag.NewFlagSet("dawdle", flag.ContinueOnError)
	flags.SetOutput(stderr)
	packages := flags.String("in", usual, "the packages whose functions are held up, with commas between")
	flags.IntVar(&d.odds, "odds", 10, "one call in so many is held up, and in fifty times as many once there were 100,000")
	flags.DurationVar(&d.most, "for", time.Millisecond, "how long at most, each time")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if err := d.check(flags.NArg()); err != nil {
		fmt.Fprintln(stderr, "dawdle:", err)
		return 2
	}
	err := d.test(ctx, strings.Split(*packages, ","), flags.Args(), stdout, stderr)
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		return failed.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(stderr, "dawdle:", err)
		return 1
	}
	return 0
}

// dawdling is how functions are held up.
type dawdling struct {
	odds int
	most time.Duration
}

func (d dawdling) check(args int) error {
	switch {
	case runtime.GOOS != "linux":
		return fmt.Errorf("on %s: %w", runtime.GOOS, errors.ErrUnsupported)
	case d.odds < 1 || d.most <= 0:
		return fmt.Errorf("-odds is %d and -for is %v, want more than 0", d.odds, d.most)
	case args == 0:
		return errors.New(`there is nothing for go test after "--": say which packages to test`)
	}
	return nil
}

// test runs go test on the packages as they are when they dawdle.
func (d dawdling) test(ctx context.Context, packages, args []string, stdout, stderr io.Writer) error {
	dir, err := os.MkdirTemp("", "dawdle")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := d.overlay(ctx, dir, packages, stderr)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-overlay=" + overlay}, args...)...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd.Run()
}

// A listed is a package, as go list says it.
type listed struct {
	Dir, Name string
	GoFiles   []string
}

// overlay writes copies of the packages' files to dir, and returns the file that says what
// they replace.
func (d dawdling) overlay(ctx context.Context, dir string, packages []string, stderr io.Writer) (file string, err error) {
	list := exec.CommandContext(ctx, "go", append([]string{"list", "-json=Dir,Name,GoFiles"}, packages...)...)
	list.Stderr = stderr
	out, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	replace := map[string]string{}
	for all := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := all.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			return "", err
		}
		if err := d.copies(p, dir, replace); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file = filepath.Join(dir, "overlay.json")
	return file, os.WriteFile(file, text, 0o666)
}

// copies writes the copies of one package, and notes in replace what they stand for.
func (d dawdling) copies(p listed, dir string, replace map[string]string) error {
	add := func(name string, text []byte) error {
		instead := filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
		replace[filepath.Join(p.Dir, name)] = instead
		return os.WriteFile(instead, text, 0o666)
	}
	for _, name := range p.GoFiles {
		source, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			return err
		}
		slower, err := slowDown(name, source)
		if err != nil {
			return err
		}
		if err := add(name, slower); err != nil {
			return err
		}
	}
	return add("zz_dawdle.go", d.source(p.Name))
}
