package record

import (
	"runtime"
	"testing"
	"unsafe"

	"github.com/fakewire/fakewire/fakeserver/internal/store"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A cost is what was allocated, whatever of it is still there: no record keeps more. Counts are exact, but for what
// goroutines of earlier tests do meanwhile: so it is the least of a few.
type cost struct{ allocs, bytes float64 }

// costOf returns what f costs for each of n.
func costOf(n int, f func()) cost {
	var least cost
	for i := range 3 {
		takeAllIdle() // as in a fresh process
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		c := cost{float64(after.Mallocs-before.Mallocs) / float64(n), float64(after.TotalAlloc-before.TotalAlloc) / float64(n)}
		if i == 0 {
			least = c
		}
		least = cost{min(least.allocs, c.allocs), min(least.bytes, c.bytes)}
	}
	return least
}

// recordExchanges records n events of size bytes, in both directions in turn.
func recordExchanges(rec *Recorder, n, size int) {
	in, out := rec.Lane(1, transcript.FromClient), rec.Lane(1, transcript.ToClient)
	p := make([]byte, size)
	for range n / 2 {
		in.Commit(transcript.Data, copy(in.Buffer(size), p))
		out.Append(transcript.Data, p)
	}
}

func TestEventsTakeLittleMemory(t *testing.T) {
	const size = 64
	for _, c := range []struct {
		Why   string
		limit int64
		n     int
		bytes float64 // of each event, besides its own
	}{
		{"a chunk of the list is half empty at worst", 0, 1000, 96},
		{"the chunks are full but for the last one", 0, 100_000, 90},
		{"what RecordLimit does not keep is counted in events that are there", 1, 100_000, 2 - size},
	} {
		got := costOf(c.n, func() { recordExchanges(newTestRecorder(c.limit), c.n, size) })
		if got.bytes -= size; got.bytes > c.bytes {
			t.Errorf("%s: each of %d events took %.2f bytes besides its own, want %.2f at most", c.Why, c.n, got.bytes, c.bytes)
		}
		if got.allocs > 0.05 && c.n > 1000 {
			t.Errorf("%s: each of %d events took %.3f allocations, want next to none", c.Why, c.n, got.allocs)
		}
	}
	if n := unsafe.Sizeof(store.Entry{}); n > 80 && unsafe.Sizeof(0) == 8 {
		t.Errorf("an entry has %d bytes, want 80", n)
	}
}

func TestRecordedBytesTakeLittleMoreThanThemselves(t *testing.T) {
	for _, c := range []struct {
		total, read int
		bytes       float64 // for each
	}{
		{16 << 20, 64 << 10, 1.05},
		{64 << 20, 256 << 10, 1.05},
		{64 << 10, 64 << 10, 1.2},
		{64 << 10, 1 << 10, 1.2},
	} {
		got := costOf(c.total, func() {
			rec := newTestRecorder(0)
			rec.Ahead(func(f func()) { f() })
			lane := rec.Lane(1, transcript.FromClient)
			for left := c.total; left > 0; { // as from a socket: no read has more room than there is
				left -= len(lane.Commit(transcript.Data, min(left, c.read, len(lane.Buffer(256)))))
			}
		})
		if got.bytes > c.bytes {
			t.Errorf("each of %d bytes in reads of %d took %.3f, want %.2f at most", c.total, c.read, got.bytes, c.bytes)
		}
	}
}
