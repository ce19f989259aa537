package bubbletest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/fault"
)

// neverReached is a plan that fails Verify.
var neverReached = fault.Plan{Rules: []fault.Rule{fault.ToClient(fault.Reset{}).AfterBytes(1)}}

// run runs one of this package's tests in a process of its own, with the parts that fail.
func run(t *testing.T, name string) string {
	t.Helper()
	return runWith(t, name)
}

// suiteRun is the run of TestSuite, which takes some seconds: bubbles are stuck there.
var suiteRun struct {
	sync.Once
	out string
}

// runSuite is run for TestSuite. All who want that have the same run.
func runSuite(t *testing.T) string {
	t.Helper()
	suiteRun.Do(func() { suiteRun.out = run(t, "TestSuite") })
	return suiteRun.out
}

// runWith is run with some environment variables set.
func runWith(t *testing.T, name string, env ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+name+"$", "-test.v", "-ginkgo.no-color")
	cmd.Env = append(append(os.Environ(), "BUBBLETEST_FAILING=1", "CI=", "GITHUB_STEP_SUMMARY="), env...)
	out, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); !failed {
		t.Fatalf("%s: %v; want a failure:\n%s", name, err, out)
	}
	return string(out)
}

func want(t *testing.T, out string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(out, w) {
			t.Errorf("no %q in:\n%s", w, out)
		}
	}
}

// line returns the file and line of a mark in failing_test.go, as a failure begins with them.
func line(t *testing.T, mark string) string {
	t.Helper()
	return lineIn(t, "failing_test.go", mark) + ": "
}

// lineIn returns the file and line of a mark in a file.
func lineIn(t *testing.T, file, mark string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(text), "// line: "+mark+"\n")
	if !ok {
		t.Fatalf("no line is marked %q", mark)
	}
	return fmt.Sprintf("%s:%d", file, 1+strings.Count(before, "\n"))
}

// place is line as stack traces and Ginkgo print it.
func place(t *testing.T, mark string) string {
	t.Helper()
	return strings.TrimSuffix(line(t, mark), ": ") + " "
}

func TestSpecsFailAtTheirLines(t *testing.T) {
	t.Parallel()
	out := runSuite(t)
	want(t, out,
		line(t, "first")+"first: 1", line(t, "helper")+"by a helper", "the cleanup runs",
		line(t, "gomega")+"\n",
		"deadlock: all goroutines in bubble are blocked", "said before the deadlock",
		"deadlock: main bubble goroutine has exited but blocked goroutines remain",
		line(t, "server"), "not reached",
		"oh no",
		"deadlock: the clock of the bubble stands still", place(t, "lock"),
		"4 Passed | 14 Failed")
	// Ginkgo finds the line by the stack, on which the body no longer is: the text begins with the line.
	for _, at := range []string{"first", "gomega", "server"} {
		_, failed, _ := strings.Cut(out, "[FAILED] "+line(t, at))
		if failed, _, _ = strings.Cut(failed, "------"); !strings.Contains(failed, place(t, "call of "+at)) {
			t.Errorf("%s: Ginkgo's place is not the call's, %s:\n%s", at, line(t, "call of "+at), failed)
		}
	}
	if strings.Contains(out, "after a Fatalf") {
		t.Errorf("the body went on after a Fatalf:\n%s", out)
	}
	if !strings.Contains(out, place(t, "stays")) {
		t.Errorf("the failure does not show what waits:\n%s", out)
	}
	_, last, _ := strings.Cut(out, "main bubble goroutine has exited")
	if last, _, _ = strings.Cut(last, "------"); strings.Contains(last, "init.func2.3.") {
		t.Errorf("a deadlock shows another bubble's goroutines:\n%s", last)
	}
}

func TestPlainTestsFailAtTheirLines(t *testing.T) {
	t.Parallel()
	out := run(t, "TestFailures")
	want(t, out,
		line(t, "plain")+"wrong", line(t, "plain helper")+"by a helper", "--- FAIL: TestFailures/Errorf",
		"deadlock: all goroutines in bubble are blocked", "--- FAIL: TestFailures/Deadlock",
		"--- FAIL: TestFailures/Lock", place(t, "plain lock"),
		line(t, "plain fatal")+"in the bubble", "--- FAIL: TestFailures/Fatalf",
		"--- PASS: TestFailures/Last")
	if strings.Contains(out, "after a Fatalf") {
		t.Errorf("the test went on after a Fatalf in its bubble:\n%s", out)
	}
}
