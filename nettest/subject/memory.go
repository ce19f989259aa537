package subject

import (
	"maps"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
)

// allocs is what the process has allocated.
const allocs = "/gc/heap/allocs:bytes"

// Allocated returns how many bytes this process has allocated on its heap since it began, whether they are still in use
// or not. As with ProcessorTime, whatever else runs in the process counts, too.
func Allocated() uint64 {
	sample := []metrics.Sample{{Name: allocs}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0 // a runtime that does not tell
	}
	return sample[0].Value.Uint64()
}

// A Chunk is memory that was allocated at once.
type Chunk struct {
	Bytes uint64
	Stack string // of the allocation, a line for each function, the innermost first
}

// Chunks finds out what is allocated at once and is large, such as by code that believes a length. The zero value is ready for use.
type Chunks struct {
	mu   sync.Mutex // guards seen
	seen map[place]int64
}

// A place is where so much is allocated at once.
type place struct {
	stack [32]uintptr
	size  int64
}

// New returns chunks of at least so many bytes that were allocated since it was called last, or since the process began; but for
// those of fake servers, with their handlers and records, and of networks in memory. It goes by the runtime's memory profile,
// runs the garbage collector for that, and finds none where the profile is turned off (runtime.MemProfileRate).
func (c *Chunks) New(least uint64) (all []Chunk) {
	runtime.GC() // makes the profile that of this moment
	c.mu.Lock()
	defer c.mu.Unlock()
	before := maps.Clone(c.seen)
	c.seen = map[place]int64{}
	for _, r := range memoryProfile() {
		if r.AllocObjects == 0 || uint64(r.AllocBytes/r.AllocObjects) < least {
			continue // a record is of allocations of one size
		}
		at := place{r.Stack0, r.AllocBytes / r.AllocObjects}
		c.seen[at] += r.AllocObjects
		if stack := stackOf(r.Stack()); c.seen[at] > before[at] && !ofServer(stack) {
			all = append(all, Chunk{uint64(at.size), "\t" + strings.Join(stack, "\n\t")})
		}
	}
	return all
}

func memoryProfile() []runtime.MemProfileRecord {
	n, _ := runtime.MemProfile(nil, true)
	for {
		records := make([]runtime.MemProfileRecord, n+50)
		var ok bool
		if n, ok = runtime.MemProfile(records, true); ok {
			return records[:n]
		}
	}
}

// Where fake servers and networks in memory allocate.
const (
	servers  = "github.com/fakewire/fakewire/fakeserver"
	networks = "github.com/fakewire/fakewire/nettest."
)

// stackOf returns the functions of a stack, but for the runtime's own.
func stackOf(pcs []uintptr) (functions []string) {
	for frames := runtime.CallersFrames(pcs); ; {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "runtime.") {
			functions = append(functions, f.Function)
		}
		if !more {
			return functions
		}
	}
}

// ofServer reports whether a stack is one of a server, or what is allocated is a network's own.
func ofServer(functions []string) bool {
	return slices.ContainsFunc(functions, func(f string) bool { return strings.HasPrefix(f, servers) }) ||
		len(functions) > 0 && strings.HasPrefix(functions[0], networks)
}
