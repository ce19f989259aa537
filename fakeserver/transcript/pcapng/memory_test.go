package pcapng_test

import (
	"runtime"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/record"
	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/pcapng"
)

// A capture takes no more memory for a longer record.
func TestWriteTakesBoundedMemory(t *testing.T) {
	rec := recorded(t, tcp, 0, func(r *record.Recorder) {
		r.Add(accepted(1, "10.0.0.2:5000"))
		i, o := r.Lane(1, in), r.Lane(1, out)
		p := make([]byte, 1<<20)
		for range 64 {
			i.Append(transcript.Data, p)
			o.Append(transcript.Data, p[:1000])
			o.Unsend(1, "refused")
			r.Add(transcript.Event{Conn: 1, Kind: transcript.Note, Text: "a remark"})
		}
	})
	w := &heap{}
	runtime.GC()
	before := inUse()
	if err := pcapng.Write(w, rec); err != nil {
		t.Fatal(err)
	}
	const most = 4 << 20
	if grown := int64(w.most) - int64(before); w.written < 64<<20 || grown > most {
		t.Errorf("%d bytes were written with %d more in memory, want %d at most", w.written, grown, most)
	}
}

// A heap sees how much memory is in use while it is written to.
type heap struct {
	written, looked int
	most            uint64
}

func (h *heap) Write(p []byte) (int, error) {
	if h.written += len(p); h.written-h.looked > 4<<20 {
		h.looked = h.written
		runtime.GC()
		h.most = max(h.most, inUse())
	}
	return len(p), nil
}

func inUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkWrite(b *testing.B) {
	r := record.New(tcp, 0)
	r.Add(accepted(1, "10.0.0.2:5000"))
	i := r.Lane(1, in)
	const events, size = 1000, 10_000
	for range events {
		i.Append(transcript.Data, make([]byte, size))
	}
	rec := transcript.Recording{Transcript: r.Snapshot()}
	b.SetBytes(events * size)
	b.ReportAllocs()
	for b.Loop() {
		if err := pcapng.Write(&disk{room: 1 << 30}, rec); err != nil {
			b.Fatal(err)
		}
	}
}
