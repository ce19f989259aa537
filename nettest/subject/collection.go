package subject

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

// StopCollection keeps the garbage collector from running until the function returned is called: it closes connections
// that nothing refers to any more, and so hides that they were left open. Calls may overlap; the last of them to
// be restored sets the collector to what it was before the first. Meanwhile the process only grows, unless a
// memory limit is set (debug.SetMemoryLimit), near which the collector runs all the same.
func StopCollection() (restore func()) {
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
