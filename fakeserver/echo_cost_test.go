package fakeserver_test

import (
	"io"
	"runtime"
	"testing"

	"github.com/fakewire/fakewire/fakeserver"
)

// Once a connection is warm, an exchange that is recorded takes no memory but its record: blocks and chunks, of which each
// has room for hundreds of exchanges. Goroutines of earlier tests may allocate meanwhile: so it is the least of a few.
func TestEchoAllocatesNothingOnceWarm(t *testing.T) {
	srv := fakeserver.Start(t, fakeserver.Config{Handler: fakeserver.Echo{}})
	c := dial(t, srv)
	const n = 5000
	p := make([]byte, 64)
	least := 1.0
	for range 4 { // the first warms up
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			if _, err := c.Write(p); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(c, p); err != nil {
				t.Fatal(err)
			}
		}
		runtime.ReadMemStats(&after)
		least = min(least, float64(after.Mallocs-before.Mallocs)/n)
	}
	if least > 0.02 {
		t.Errorf("an exchange took %.4f allocations, want 0.02 at most", least)
	}
}
