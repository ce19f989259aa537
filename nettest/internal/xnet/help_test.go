package xnet

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// repeats is how often a test does what fails by chance only: FAKEWIRE_REPEATS, or else usual.
func repeats(t *testing.T, usual int) int {
	t.Helper()
	text, given := os.LookupEnv("FAKEWIRE_REPEATS")
	if !given {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("FAKEWIRE_REPEATS is %q, want a number", text)
	}
	return n
}

// runTest runs a test as if it were a binary's only one, once.
func runTest(name string, f func(*testing.T)) bool {
	all := func(string, string) (bool, error) { return true, nil }
	count := flag.Lookup("test.count").Value
	defer count.Set(count.String())
	count.Set("1")
	return testing.RunTests(all, []testing.InternalTest{{Name: name, F: f}})
}
