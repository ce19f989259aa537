package servertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// Tool returns the path of a program that a test needs. The name may be a pattern of paths, of which the
// last is taken that there is. Where the program is missing the test is skipped, unless FAKEWIRE_REQUIRE_TOOLS says that it must be
// there.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if all, _ := filepath.Glob(name); len(all) > 0 {
		path, err = exec.LookPath(all[len(all)-1])
	}
	if err == nil {
		return path
	}
	if os.Getenv("FAKEWIRE_REQUIRE_TOOLS") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}

// Repeats returns how often to do what has to go the same way each time: FAKEWIRE_REPEATS says so, or else it is n.
func Repeats(t testing.TB, n int) int {
	t.Helper()
	text, given := os.LookupEnv("FAKEWIRE_REPEATS")
	if !given {
		return n
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("FAKEWIRE_REPEATS is %q, want a number", text)
	}
	return n
}
