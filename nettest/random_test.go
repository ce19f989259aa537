package nettest_test

import (
	"flag"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// checkRandom runs a property n times, or as often as RAPID_CHECKS or the flag -rapid.checks says.
func checkRandom(t *testing.T, n int, property func(*rapid.T)) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	was := f.Value.String()
	if _, given := os.LookupEnv("RAPID_CHECKS"); !given && was == f.DefValue {
		if err := f.Value.Set(strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Value.Set(was) }()
	}
	rapid.Check(t, property)
}

// repeats returns how often to do what has to go the same way each time: FAKEWIRE_REPEATS
// times, or usual.
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
