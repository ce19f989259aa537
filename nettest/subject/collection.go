package subject

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// collection is the garbage collector, which is the whole process's.
var collection struct {
	mu      sync.Mutex // guards stopped and percent
	stopped int        // by how many
	percent int        // what it was set to before
	limit   int64      // of memory, before
}

// garbage is how much of it there may be while the collector is stopped, if the process has no limit of its own.
const garbage = 512 << 20

// StopCollection keeps the garbage collector from running until the function returned is called: it closes connections
// that nothing refers to any more, and so hides that they were left open. Calls may overlap; the last of them to
// be restored sets the collector to what it was before the first. Meanwhile the process grows by 512 MiB at most, or to its
// memory limit (debug.SetMemoryLimit): near that the collector runs all the same.
func StopCollection() (restore func()) {
	c := &collection
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped++; c.stopped == 1 {
		c.percent, c.limit = debug.SetGCPercent(-1), debug.SetMemoryLimit(-1)
		if c.limit == math.MaxInt64 {
			debug.SetMemoryLimit(inUse() + garbage)
		}
	}
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.stopped--; c.stopped == 0 {
			debug.SetMemoryLimit(c.limit)
			debug.SetGCPercent(c.percent)
		}
	})
}

// inUse returns the memory of the process that counts for its limit.
func inUse() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	if samples[0].Value.Kind() != metrics.KindUint64 || samples[1].Value.Kind() != metrics.KindUint64 {
		return 0 // a runtime that does not tell: then garbage is the limit, and the collector runs
	}
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}
