package graph

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The command that a test names when it fails runs where that test is, as it is printed.
func TestServiceRunsTheCommandThatAFailureNames(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.addImport(t, "failing_test.go")
	before, err := os.ReadFile(s.dir + "/go.mod")
	if err != nil {
		t.Fatal(err)
	}

	test := s.command(t, "go", "test", "-run=^TestFails$", "./client")
	test.Env = append(test.Env, "FAKEWIRE_ARTIFACTS="+t.TempDir())
	out, err := test.CombinedOutput()
	if _, failed := err.(*exec.ExitError); !failed {
		t.Fatalf("the test ended with %v, want a failure:\n%s", err, out)
	}
	_, line, ok := strings.Cut(string(out), "to look at it: ")
	if !ok {
		t.Fatalf("no command in\n%s", out)
	}
	line, _, _ = strings.Cut(line, "\n")
	if got := s.run(t, "sh", "-c", line); !strings.HasPrefix(got, "TestFails (tcp 127.0.0.1:") {
		t.Errorf("%s\nprints\n%s\nwant the record of TestFails", line, got)
	}
	if after, err := os.ReadFile(s.dir + "/go.mod"); err != nil || string(after) != string(before) {
		t.Errorf("go.mod is another now, %v:\n%s", err, after)
	}
}
