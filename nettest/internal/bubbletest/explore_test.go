package bubbletest

import (
	"strings"
	"testing"
)

// lineWith returns the first line of a text that has the words, without what is before them.
func lineWith(t *testing.T, text, words string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, words)
	if !ok {
		t.Errorf("no %q in:\n%s", words, text)
	}
	rest, _, _ = strings.Cut(rest, "\n")
	return words + rest
}

// In a spec a search is what it is in a test: in memory with the suite's T, and on sockets without.
func TestSearchInSpecs(t *testing.T) {
	t.Parallel()
	out := runSuite(t)
	_, inMemory, _ := strings.Cut(out, "fails for a trusting client")
	inMemory, _, _ = strings.Cut(inMemory, "------")
	_, onSockets, _ := strings.Cut(out, "finds the same without the suite's T, on sockets")
	onSockets, _, _ = strings.Cut(onSockets, "------")
	plain := run(t, "TestSearchFails")
	for _, words := range []string{"wrong answer: ask 1 returned", "found by plan", "half-close after each byte"} {
		if got, want := lineWith(t, inMemory, words), lineWith(t, plain, words); got != want {
			t.Errorf("in a spec it says %q, and in a test %q", got, want)
		}
	}
	want(t, inMemory, "it fails in 100 of 100", "to see it again: go test -ginkgo.focus='a search fails for a trusting client'", "explore_failing_test.go:")
	want(t, plain, "it fails in 100 of 100", "to see it again: go test -run '^TestSearchFails$'")
	want(t, onSockets, "wrong answer: ask 1 returned", "it fails in 20 of 20")
}
