package record

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"
	"unsafe"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// receive fills batches of random datagrams as a socket does that reads into free: the first ones into slots of size bytes there, and
// from some one on into memory of its own, which it uses again.
func receive(r *rand.Rand, free []byte, size int) (all [][]byte) {
	slots := 0
	if size > 0 {
		slots = r.IntN(len(free)/size + 1)
	}
	for i := range 1 + r.IntN(20) {
		p := make([]byte, r.IntN(3000))
		if i < slots {
			p = free[i*size:][:min(size, r.IntN(2*size))]
		}
		for i := range p {
			p[i] = byte(r.Uint32())
		}
		all = append(all, p)
	}
	return all
}

func cloneAll(all [][]byte) (clones [][]byte) {
	for _, p := range all {
		clones = append(clones, append([]byte{}, p...))
	}
	return clones
}

func TestDatagramsAreRecordedWhereverTheyWereReadTo(t *testing.T) {
	for name, limit := range map[string]int64{"all": 0, "limited": 1 << 18} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			rec, one := newTestRecorder(limit), newTestRecorder(limit)
			lane, single := rec.Lane(0, transcript.FromClient), one.Lane(0, transcript.FromClient)
			for n := int64(1); n < 20_000; {
				size := r.IntN(1500)
				all := receive(r, lane.Free(r.IntN(2)*size), size)
				want, count := cloneAll(all), int64(len(all))
				if r.IntN(2) == 0 {
					lane.Datagrams(1, "client", n, all)
				} else {
					for i, p := range all { // as for a handler
						lane.RecordDatagram(1, "client", n+int64(i), lane.Stash(p), nil)
					}
				}
				for i, p := range want {
					single.Datagram(1, "client", n+int64(i), p)
				}
				n += count
			}
			got, want := eventsOf(rec), eventsOf(one)
			if i := slices.IndexFunc(got, func(e transcript.Event) bool { return e.Data == nil && limit == 0 }); i >= 0 {
				t.Errorf("event %d has no bytes: an empty datagram is one", i)
			}
			if !slices.EqualFunc(got, want, sameDatagram) {
				t.Errorf("%d events differ from the %d of datagrams that were recorded one by one", len(got), len(want))
			}
		})
	}
}

func eventsOf(r *Recorder) []transcript.Event { return slices.Collect(r.Snapshot().All()) }

func sameDatagram(a, b transcript.Event) bool {
	return a.Kind == b.Kind && a.Conn == b.Conn && a.Direction == b.Direction && a.Peer == b.Peer && a.Offset == b.Offset &&
		a.Count == b.Count && a.Times == b.Times && a.Sum == b.Sum && bytes.Equal(a.Data, b.Data) && (a.Data == nil) == (b.Data == nil)
}

func TestDatagramsThatAreInPlaceAreNotCopied(t *testing.T) {
	lane := newTestRecorder(0).Lane(0, transcript.FromClient)
	free := lane.Free(300)
	all := [][]byte{free[:100], free[100:200], free[200:250]}
	lane.Datagrams(1, "client", 1, all)
	for i, p := range all {
		if &p[0] != &free[100*i] || cap(p) != len(p) {
			t.Errorf("datagram %d was moved", i)
		}
	}
	if next := lane.Free(1); unsafe.SliceData(next) != &free[250] {
		t.Error("what is free does not begin after the last datagram")
	}
	if limited := newTestRecorder(1<<20).Lane(0, transcript.FromClient).Free(1); limited != nil {
		t.Error("a record with a limit offers memory for what it may not keep")
	}
}

func TestSnapshotsHaveAllDatagramsOfABatchOrNone(t *testing.T) {
	const batch = 10
	rec := newTestRecorder(0)
	lane := rec.Lane(0, transcript.FromClient)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := range int64(2000) {
			lane.Datagrams(1, "client", n*batch+1, make([][]byte, batch))
		}
	}()
	for over := false; !over; {
		select {
		case <-done:
			over = true
		default:
		}
		tr := rec.Snapshot()
		if n := tr.Len(); n%batch != 0 {
			t.Fatalf("a snapshot has %d datagrams, which came %d at a time", n, batch)
		}
	}
	var at time.Duration
	for e := range rec.Snapshot().All() {
		if (e.Seq-1)%batch > 0 && e.At != at || e.At < at {
			t.Fatalf("event %d is at %v, the one before at %v", e.Seq, e.At, at)
		}
		at = e.At
	}
}

// What is exact is checked, and not timed: an event has 80 bytes, in chunks of 512, beside the datagram's own.
func TestDatagramsAllocateNextToNothing(t *testing.T) {
	const batch, size, n = 64, 64, 1 << 17
	rec := newTestRecorder(0)
	lane := rec.Lane(0, transcript.FromClient)
	all := make([][]byte, batch)
	before := allocated()
	for first := int64(1); first < n; first += batch {
		free := lane.Free(batch * size)
		for i := range all {
			all[i] = free[i*size:][:size]
		}
		lane.Datagrams(1, "client", first, all)
	}
	after := allocated()
	if perDatagram := float64(after.Mallocs-before.Mallocs) / n; perDatagram > 1.0/256 {
		t.Errorf("a datagram costs %.4f allocations, want 1/256 at most", perDatagram)
	}
	if perDatagram := float64(after.TotalAlloc-before.TotalAlloc) / n; perDatagram > 1.05*(size+80) {
		t.Errorf("a datagram of %d bytes costs %.1f, want %d and 5 %% at most", size, perDatagram, size+80)
	}
	runtime.KeepAlive(rec)
}

func allocated() (m runtime.MemStats) {
	runtime.ReadMemStats(&m)
	return m
}
