package transcript_test

import (
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/benchwork"
	. "github.com/fakewire/fakewire/fakeserver/transcript"
)

// What Diff allocates for a connection is exact: the bytes and datagrams that it compares, and little beside them.
func TestDiffAllocatesSoOftenForAConnection(t *testing.T) {
	const conns = 1000
	for medium, most := range map[string]float64{"streams": 8, "datagrams": 20} {
		a, b := benchwork.Records[medium](conns).Snapshot(), benchwork.Records[medium](conns).Snapshot()
		n := testing.AllocsPerRun(3, func() {
			if d := Diff(a, b); d != "" {
				t.Fatal(d)
			}
		}) / conns
		if n > most {
			t.Errorf("%s: Diff allocates %.2f times for a connection, want %v at most", medium, n, most)
		}
		t.Logf("%s: %.2f allocations for a connection", medium, n)
	}
}
