package failtest

import (
	"strings"
	"testing"
)

func TestFailuresAreAtTheLineOfStart(t *testing.T) {
	t.Parallel()
	out, _ := run(t, "", "-test.run=^TestLines$")
	bench, _ := run(t, "", "-test.run=^$", "-test.bench=^BenchmarkLines$")
	out += bench
	for mark, then := range map[string]string{
		"Start": "fault: ", "StartPacket": "fault: ", "StartListener": "fault: ", "StartPacketConn": "fault: ",
		"helper":         line(t, "in helper") + ": fault: ", // which go test does not say
		"failed already": "transcript of ",
		"can't start":    "fakeserver: ",
		"benchmark":      "fault: ",
	} {
		want(t, out, "    "+line(t, mark)+": "+then)
	}
	// In testing/synctest.Test a cleanup's failure is in testing.go, whatever calls Helper.
	want(t, out, ": "+line(t, "in a bubble")+": fault: ")
	for _, own := range []string{"start.go:", "start_end.go:"} {
		wantTimes(t, 0, out, own)
	}
}

func TestSpecsFailAtTheLineOfStart(t *testing.T) {
	t.Parallel()
	out, _ := run(t, "", "-test.run=^TestSpecs$", "-ginkgo.focus=fails at its end|can't start")
	for _, mark := range []string{"GinkgoT", "GinkgoTB", "Ginkgo helper", "GinkgoT can't start"} {
		want(t, out, "[FAILED] ", "failing_test.go:", "\n  In [", "/"+line(t, mark)+" @")
	}
	if strings.Contains(out, "reflect/value.go") {
		t.Errorf("a failure is in package reflect:\n%s", out)
	}
}
