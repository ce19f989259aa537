package fakeserver

import (
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// A long line that comes byte by byte costs no room of its own for each.
func TestLinesReadsIntoTheSameRoom(t *testing.T) {
	const size = 10_000
	r := lineReader{c: iotest.OneByteReader(strings.NewReader(strings.Repeat("x", size) + "\n")), max: 1 << 20}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	line, _, err := r.next()
	runtime.ReadMemStats(&after)
	if len(line) != size || err != nil && err != io.EOF {
		t.Fatalf("read %d bytes, %v; want %d", len(line), err, size)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
		t.Errorf("it took %d bytes to read %d", took, size)
	}
}
