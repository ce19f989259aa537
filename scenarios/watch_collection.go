package scenarios

import (
	"runtime/debug"
	"sync"
)

// collection is the garbage collector, which is the whole process's.
var collection struct {
	mu      sync.Mutex // guards stopped and percent
	stopped int        // by how many
	percent int        // what it was set to before
}

// stopCollection keeps the garbage collector from running until the function returned is
// called. It closes connections that nothing refers to any more, and so hides that they
// were left open.
func stopCollection() (resume func()) {
	c := &collection
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped++; c.stopped == 1 {
		c.percent = debug.SetGCPercent(-1)
	}
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.stopped--; c.stopped == 0 {
			debug.SetGCPercent(c.percent)
		}
	})
}
