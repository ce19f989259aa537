package servertest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Alone reports whether t has a process of its own. Where it has none, Alone runs the test in one, side by side with others that wait, and
// t fails as that does. So what the test counts of its process is its own doing.
func Alone(t *testing.T) bool {
	t.Helper()
	const variable = "FAKEWIRE_TEST_ALONE"
	if os.Getenv(variable) == t.Name() {
		return true
	}
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), variable+"="+t.Name())
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()+" (") {
		t.Errorf("in a process of its own: %v\n%s", err, out)
	}
	return false
}
