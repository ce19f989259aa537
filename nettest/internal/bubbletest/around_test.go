package bubbletest

import (
	"strings"
	"testing"
)

// aroundLine is the file and line of a mark in around_failing_test.go.
func aroundLine(t *testing.T, mark string) string { return lineIn(t, "around_failing_test.go", mark) }

func TestAroundSpecs(t *testing.T) {
	t.Parallel()
	out := runSuite(t)
	want(t, out, "<string>: in a call", "not back within 1ms: it hangs in", aroundLine(t, "hangs in a spec")+" ",
		"left behind since "+aroundLine(t, "looks")+": 1 goroutine, 0 descriptors", aroundLine(t, "left")+" ")
	if strings.Contains(out, "[FAILED] after ") {
		t.Errorf("a spec went on after its failure:\n%s", out)
	}
}

func TestAroundPlainTests(t *testing.T) {
	t.Parallel()
	out := run(t, "TestAroundFails")
	want(t, out, aroundLine(t, "hangs in a bubble")+": not back within 1h0m0s", "--- FAIL: TestAroundFails/Hang",

		"left behind since "+aroundLine(t, "looks")+": 1 goroutine, 0 descriptors", aroundLine(t, "left")+" ", "--- FAIL: TestAroundFails/Leak")
}
