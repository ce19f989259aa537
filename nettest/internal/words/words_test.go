package words_test

import (
	"testing"

	"github.com/fakewire/fakewire/nettest/internal/words"
)

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 plans", 1: "1 plan", 2: "2 plans"} {
		if got := words.Count(n, "plan"); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}
