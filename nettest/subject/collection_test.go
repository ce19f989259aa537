package subject

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestStopCollectionRestoresWhatItWas(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(70))
	first, second := StopCollection(), StopCollection()
	wantPercent(t, "stopped twice", -1)
	first()
	first()
	wantPercent(t, "restored once", -1)
	second()
	wantPercent(t, "restored", 70)
	third := StopCollection()
	wantPercent(t, "stopped again", -1)
	third()
	wantPercent(t, "restored again", 70)
}

// What would take three times the memory that may be garbage does not.
func TestStopCollectionIsBounded(t *testing.T) {
	before, limit := inUse(), debug.SetMemoryLimit(-1)
	restore := StopCollection()
	var kept []byte
	for range 3 * garbage >> 20 {
		kept = make([]byte, 1<<20)
	}
	if grown := inUse() - before; grown > 2*garbage {
		t.Errorf("the process has grown by %d MiB, want no more than %d", grown>>20, 2*garbage>>20)
	}
	runtime.KeepAlive(kept)
	restore()
	if got := debug.SetMemoryLimit(-1); got != limit {
		t.Errorf("the memory limit is %d, and was %d before", got, limit)
	}
}

// A limit that the process has is left as it is.
func TestStopCollectionLeavesALimitAlone(t *testing.T) {
	const limit = 1 << 40
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(limit))
	defer StopCollection()()
	if got := debug.SetMemoryLimit(-1); got != limit {
		t.Errorf("the memory limit is %d, want %d", got, int64(limit))
	}
}

func wantPercent(t *testing.T, when string, want int) {
	t.Helper()
	percent := debug.SetGCPercent(-1)
	if debug.SetGCPercent(percent); percent != want {
		t.Errorf("%s: the collector is set to %d, want %d", when, percent, want)
	}
}
