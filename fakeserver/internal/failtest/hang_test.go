package failtest

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// wantHung runs a test that hangs until its time is over, and checks that the words are in what
// it says, in this order. On a machine that is busy it may not come so far in a second, so
// it gets more.
func wantHung(t *testing.T, records int, args []string, words ...string) string {
	t.Helper()
	for _, timeout := range []string{"1s", "4s", "16s"} {
		dir := t.TempDir()
		out, failed := run(t, dir, append([]string{"-test.timeout=" + timeout}, args...)...)
		if !failed {
			t.Fatalf("%v passes:\n%s", args, out)
		}
		if m := missing(out, words...); len(m) > 0 && timeout != "16s" {
			continue
		}
		want(t, out, words...)
		if n := files(t, dir); n != records {
			t.Errorf("%d files, want %d:\n%s", n, records, out)
		}
		return out
	}
	return ""
}

const (
	announced = "fakeserver: -timeout is up in "
	reached   = "rule cut: not reached"
	whole     = "the whole record: "
	killed    = "panic: test timed out"
)

func TestHungTestsShowTheirServersBeforeTheyAreKilled(t *testing.T) {
	for name, args := range map[string][]string{
		"TestHang":                   {"-test.run=^TestHang$"},
		"FuzzHang":                   {"-test.run=^FuzzHang$"},
		"TestHangInABubble":          {"-test.run=^TestHangInABubble$"},
		"a spec hangs":               {"-test.run=^TestSpecs$", "-ginkgo.focus=spec hangs$"},
		"a spec hangs with GinkgoTB": {"-test.run=^TestSpecs$", "-ginkgo.focus=hangs with GinkgoTB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := wantHung(t, 1, args, announced, "\n"+name+", at failing_test.go:", reached, "transcript of "+name, "PING "+name, whole, killed)
			wantTimes(t, 1, out, announced)
			wantTimes(t, 1, out, "transcript of")
		})
	}
}

func TestHungParallelTestsShowTheirServersOnce(t *testing.T) {
	t.Parallel()
	out := wantHung(t, 4, []string{"-test.run=^TestHangInParallel$", "-test.parallel=4"}, announced, "transcript of the parent's", "transcript of", "transcript of", "transcript of", whole, whole, whole, whole, killed)
	wantTimes(t, 1, out, announced)
	wantTimes(t, 4, out, "transcript of")
	for _, name := range []string{"one", "two", "three"} {
		wantTimes(t, 1, out, "\nTestHangInParallel/"+name+", at failing_test.go:")
		wantTimes(t, 1, out, `"PING TestHangInParallel/`+name)
	}
	if strings.Contains(out, "PING TestHangInParallel/passes") {
		t.Errorf("the record of a test that is over is there, too:\n%s", out)
	}
}

// A bubble that is stuck is left behind, but its test is over.
func TestHungTestsAreNotThoseOfStuckBubbles(t *testing.T) {
	t.Parallel()
	out := wantHung(t, 2, []string{"-test.run=^TestHangAfterAStuckBubble$"}, announced, "transcript of TestHangAfterAStuckBubble ", whole, killed)
	_, told, _ := strings.Cut(out, announced)
	wantTimes(t, 1, told, "transcript of")
}

// Nothing ends a benchmark: by then testing has stopped its alarm.
func TestAHungBenchmarkShowsItsServersWhenTheTimeIsUp(t *testing.T) {
	t.Parallel()
	words := []string{announced, "BenchmarkHang, at failing_test.go:", reached, "transcript of BenchmarkHang", "PING BenchmarkHang", whole}
	var out string
	for _, timeout := range []time.Duration{time.Second, 4 * time.Second, 16 * time.Second} {
		out = runUntil(t, whole, timeout+20*time.Second, "-test.run=^$", "-test.bench=^BenchmarkHang$", "-test.timeout="+timeout.String())
		if len(missing(out, words...)) == 0 {
			break
		}
	}
	want(t, out, words...)
}

// runUntil runs a test until it says a word, or until it has had its time, and ends it.
func runUntil(t *testing.T, word string, within time.Duration, args ...string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "FAILTEST_FAILING=1", "CI=", "GITHUB_STEP_SUMMARY=", "FAKEWIRE_ARTIFACTS="+t.TempDir())
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	defer time.AfterFunc(within, func() { cmd.Process.Kill() }).Stop()
	var out strings.Builder
	for lines := bufio.NewScanner(stderr); !strings.Contains(out.String(), word) && lines.Scan(); {
		out.WriteString(lines.Text() + "\n")
	}
	return out.String()
}
