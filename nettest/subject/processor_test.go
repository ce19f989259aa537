package subject

import (
	"errors"
	"runtime"
	"testing"
	"time"
)

// Code that works takes processor time, and no process takes more than all processors have.
func TestProcessorTimeGrowsWithWork(t *testing.T) {
	began := time.Now()
	before, err := ProcessorTime()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil || before <= 0 {
		t.Fatalf("ProcessorTime = %v, %v", before, err)
	}
	const work = 20 * time.Millisecond
	for took := time.Duration(0); took < work; {
		now, err := ProcessorTime()
		if took = now - before; err != nil || took < 0 {
			t.Fatalf("ProcessorTime = %v, %v, after %v", now, err, before)
		}
		passed := time.Since(began)
		if most := 2 * (passed + work) * time.Duration(runtime.NumCPU()); took > most { // the kernel may round
			t.Fatalf("%v of processor time in %v, want at most %v", took, passed, most)
		}
		if passed > time.Minute {
			t.Fatalf("a minute of work took %v of processor time", took)
		}
	}
}
