package failtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// run runs one of this package's tests in a process of its own, and what is to fail in it.
// Records go to the directory, unless that is "".
func run(t *testing.T, artifacts string, args ...string) (out string, failed bool) {
	t.Helper()
	return runWith(t, []string{"FAKEWIRE_ARTIFACTS=" + artifacts}, args...)
}

// runWith is run with some variables set.
func runWith(t *testing.T, env []string, args ...string) (out string, failed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], append([]string{"-test.count=1", "-ginkgo.no-color"}, args...)...)
	cmd.Env = append(append(os.Environ(), "FAILTEST_FAILING=1", "CI=", "GITHUB_STEP_SUMMARY=", "FAKEWIRE_TRACE="), env...)
	text, err := cmd.CombinedOutput()
	if _, failed = err.(*exec.ExitError); err != nil && !failed {
		t.Fatalf("%v: %v:\n%s", args, err, text)
	}
	return string(text), failed
}

// missing returns the words that are not in out in this order.
func missing(out string, words ...string) []string {
	var all []string
	for _, w := range words {
		_, rest, ok := strings.Cut(out, w)
		if !ok {
			all = append(all, fmt.Sprintf("%q", w))
			continue
		}
		out = rest
	}
	return all
}

// want checks that the words are in out, in this order.
func want(t *testing.T, out string, words ...string) {
	t.Helper()
	if m := missing(out, words...); len(m) > 0 {
		t.Errorf("no %s in:\n%s", strings.Join(m, ", "), out)
	}
}

// wantTimes checks how often something is in out.
func wantTimes(t *testing.T, n int, out, word string) {
	t.Helper()
	if got := strings.Count(out, word); got != n {
		t.Errorf("%q is there %d times, want %d:\n%s", word, got, n, out)
	}
}

// line returns the place of what is marked in failing_test.go, as a failure begins with it.
func line(t *testing.T, mark string) string {
	t.Helper()
	text, err := os.ReadFile("failing_test.go")
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(text), "// line: "+mark+"\n")
	if !ok {
		t.Fatalf("no line is marked %q", mark)
	}
	return fmt.Sprintf("failing_test.go:%d", 1+strings.Count(before, "\n"))
}

// files returns how many recordings are in a directory, each of which has a page beside it.
func files(t *testing.T, dir string) int {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range all {
		if base, is := strings.CutSuffix(name, ".jsonl"); is && slices.Contains(all, base+".html") {
			n++
		}
	}
	if len(all) != 2*n {
		t.Errorf("the files are %q", all)
	}
	return n
}
