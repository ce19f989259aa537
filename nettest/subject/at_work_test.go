package subject

import (
	"strings"
	"sync/atomic"
	"testing"
)

// A goroutine that computes is at work, and one that waits is not; whose it is, its brand says.
func TestBrandAtWork(t *testing.T) {
	if _, others := Brand("none").AtWork(); others {
		t.Skip("something else is at work in this process")
	}
	Branded(t.Context(), func(own Brand) error {
		end, begun := make(chan bool), make(chan bool, 1)
		defer close(end)
		go brandedBelow(begun, end)
		<-begun
		until(t, "what waits has begun to", func() bool {
			stacks, others := own.AtWork()
			return len(stacks) == 0 && !others
		})
		return Branded(t.Context(), func(b Brand) error {
			var over atomic.Bool
			done := make(chan bool)
			go computes(&over, done)
			until(t, "what computes is at work", func() bool {
				stacks, others := b.AtWork()
				return len(stacks) == 1 && strings.Contains(stacks[0], "subject.computes") && !others
			})
			if stacks, others := own.AtWork(); len(stacks) != 0 || !others {
				t.Errorf("of the brand that waits %q is at work, and of others %t, want none, and true", stacks, others)
			}
			over.Store(true)
			<-done
			return nil
		})
	})
}

// computes takes a processor until it is over.
func computes(over *atomic.Bool, done chan<- bool) {
	for n := 0; !over.Load(); n++ {
	}
	close(done)
}

// until asks again and again whether something is so.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 100_000 {
		if is() {
			return
		}
	}
	t.Errorf("it never came to be that %s", what)
}
