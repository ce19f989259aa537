package servertest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const failsAlone = "FAKEWIRE_TEST_FAILS_ALONE"

func TestAlone(t *testing.T) {
	if Alone(t) && os.Getenv(failsAlone) != "" {
		t.Error("as it was told to")
	}
}

// What fails in a process of its own fails where it was started, and says why.
func TestAloneFailsAsItsProcessDoes(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAlone$")
	cmd.Env = append(os.Environ(), failsAlone+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "in a process of its own: exit status 1") || !strings.Contains(string(out), "as it was told to") {
		t.Errorf("it ends with %v, and says\n%s\nwant a failure, and why", err, out)
	}
}
