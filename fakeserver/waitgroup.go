package fakeserver

import (
	"runtime"
	"sync"
	"time"
)

// A waitGroup is a sync.WaitGroup that one can stop waiting for, without a goroutine that goes on
// waiting. The zero value is ready.
type waitGroup struct {
	mu   sync.Mutex // guards what follows
	n    int
	none change // when n becomes 0
}

// Add counts n more goroutines.
func (g *waitGroup) Add(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n += n
}

// Done is for the end of a goroutine.
func (g *waitGroup) Done() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n--; g.n == 0 {
		g.none.raise()
	}
}

func (g *waitGroup) isEmpty() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.n == 0
}

// waitFor waits until all goroutines have ended, but no longer than d. It reports whether they
// have.
func (g *waitGroup) waitFor(d time.Duration) bool {
	if !g.isEmpty() {
		runtime.Gosched() // as await does: what is waited for most often only has to run
	}
	g.mu.Lock()
	if g.n == 0 {
		g.mu.Unlock()
		return true
	}
	none := g.none.next()
	g.mu.Unlock()
	return await(none, d)
}
