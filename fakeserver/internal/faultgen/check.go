package faultgen

import (
	"flag"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// Check runs a property n times with FAKEWIRE_DRAWS=all, or else a fifth of that, or as often as RAPID_CHECKS or the flag
// -rapid.checks says. RAPID_CHECKS=1 with the RAPID_SEED that a failure shows repeats that one run.
func Check(t *testing.T, n int, property func(*rapid.T)) {
	t.Helper()
	if os.Getenv("FAKEWIRE_DRAWS") != "all" {
		n = max(n/5, 10)
	}
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

// CheckAtLeast runs a property n times, or as often as RAPID_CHECKS says, if that is more: what all runs together have come to is judged.
func CheckAtLeast(t *testing.T, n int, property func(*rapid.T)) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	was := f.Value.String()
	if given, err := strconv.Atoi(was); err != nil || given < n {
		if err := f.Value.Set(strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = f.Value.Set(was) }()
	}
	rapid.Check(t, property)
}

// Between draws a number.
func Between(t *rapid.T, low, high int, label string) int {
	return rapid.IntRange(low, high).Draw(t, label)
}

// Coin draws true once in n times.
func Coin(t *rapid.T, n int, label string) bool { return Between(t, 1, n, label) == n }
