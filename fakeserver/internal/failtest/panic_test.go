package failtest

import (
	"strings"
	"testing"
)

// The program ends with the panic, and what a test has logged may end with it.
func TestPanicsShowTheServers(t *testing.T) {
	for name, args := range map[string][]string{
		"TestPanic":          {"-test.run=^TestPanic$"},
		"TestPanic verbose":  {"-test.run=^TestPanic$", "-test.v"},
		"TestPanicInABubble": {"-test.run=^TestPanicInABubble$"},
		"FuzzPanic":          {"-test.run=^FuzzPanic$"},
		"BenchmarkPanic":     {"-test.run=^$", "-test.bench=^BenchmarkPanic$"},
		"a spec panics":      {"-test.run=^TestSpecs$", "-ginkgo.focus=spec panics$"},
		"TestGoexit":         {"-test.run=^TestGoexit$"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			out, failed := run(t, dir, args...)
			name := strings.TrimSuffix(name, " verbose")
			want(t, out, "failing_test.go:", "transcript of "+name, "PING "+name, whole)
			if name != "TestGoexit" {
				want(t, out, "rule cut: not reached", "transcript of")
			}
			wantTimes(t, 1, out, "transcript of")
			if n := files(t, dir); n != 1 || !failed {
				t.Errorf("%d files, want 1; failed: %v, want true:\n%s", n, failed, out)
			}
		})
	}
}

func TestAPanicInASubtestShowsItsParentsServersToo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, _ := run(t, dir, "-test.run=^TestPanicInASubtest$")
	wantTimes(t, 1, out, "transcript of TestPanicInASubtest/sub")
	wantTimes(t, 1, out, "transcript of the parent's")
	if n := files(t, dir); n != 2 {
		t.Errorf("%d files, want 2:\n%s", n, out)
	}
}

func TestARecoveredPanicIsNoFailure(t *testing.T) {
	t.Parallel()
	out, failed := run(t, "", "-test.run=^TestRecoveredPanic$", "-test.v")
	if failed || strings.Contains(out, "transcript of") {
		t.Errorf("failed: %v, want a test that passes and shows nothing:\n%s", failed, out)
	}
}

// A spec that times out hears of its servers twice: when Ginkgo asks for its progress, and at
// its end.
func TestASpecThatTimesOutShowsItsServersAsProgress(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a spec times out", "a spec times out with GinkgoTB"} {
		words := []string{"A node timeout occurred", "Begin Additional Progress Reports", "1 conn, 1 open; nothing passed for ", "rule cut: not reached", "transcript of " + name, "End Additional Progress Reports"}
		var out string
		for _, d := range []string{"100ms", "1s", "10s"} { // until the machine is fast enough
			out, _ = runWith(t, []string{"FAILTEST_NODE_TIMEOUT=" + d}, "-test.run=^TestSpecs$", "-ginkgo.focus="+name+"$")
			if len(missing(out, words...)) == 0 {
				break
			}
		}
		want(t, out, words...)
	}
}
