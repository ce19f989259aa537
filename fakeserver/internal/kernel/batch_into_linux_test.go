package kernel

import (
	"bytes"
	"testing"
	"unsafe"
)

func TestBatchReadsIntoWhatItIsOffered(t *testing.T) {
	for _, tt := range []struct {
		why     string
		offered int // bytes
		size    int // that is expected
		sizes   []int
	}{
		{"all are as expected", 800, 100, []int{100, 100, 100, 100, 100, 100}},
		{"some are shorter, and some empty", 800, 100, []int{100, 0, 1, 99, 0, 100}},
		{"one is longer", 800, 100, []int{100, 100, 101, 100, 3, 100}},
		{"the first is longer, and as long as can be", 800, 100, []int{65507, 100, 65507, 100}},
		{"there is room for a few", 250, 100, []int{100, 90, 100, 100}},
		{"there is no room", 99, 100, []int{100, 90}},
		{"nothing is expected", 800, 0, []int{100, 0, 3}},
		{"more is expected than there can be", 800, 1 << 20, []int{100, 0, 3}},
	} {
		t.Run(tt.why, func(t *testing.T) {
			pc := patientUDP(t, "udp", "127.0.0.1:0")
			must(t, pc.SetReadBuffer(1<<20))
			b, err := NewBatch(pc, 8)
			must(t, err)
			defer b.Close()
			client := dial(t, "udp", pc.LocalAddr().String())
			for i, size := range tt.sizes {
				_, err := client.Write(bytes.Repeat([]byte{byte(i + 1)}, size))
				must(t, err)
			}
			read := b.ReadInto
			for i := 0; i < len(tt.sizes); read = b.ReadNowInto {
				p := make([]byte, tt.offered)
				messages, err := read(p, tt.size)
				must(t, err)
				wantInto(t, messages, p, tt.size, tt.sizes[i:])
				wantMoved(t, messages, p, i)
				i += len(messages)
			}
		})
	}
}

// wantInto checks that messages have the sizes, and that they lie where ReadInto says.
func wantInto(t *testing.T, messages []Message, p []byte, size int, sizes []int) {
	t.Helper()
	fits := size > 0
	for i, m := range messages {
		if len(m.Data) != sizes[i] || m.Data == nil {
			t.Fatalf("message %d has %d bytes, want %d", i, len(m.Data), sizes[i])
		}
		fits = fits && sizes[i] <= size && (i+1)*size <= len(p)
		if in := fits && unsafe.SliceData(m.Data) == &p[i*size]; in != fits {
			t.Fatalf("message %d of %d bytes lies in its place: %v, want %v", i, len(m.Data), in, fits)
		}
		if cap(m.Data) != len(m.Data) {
			t.Fatalf("message %d has room for %d bytes more", i, cap(m.Data)-len(m.Data))
		}
	}
}

// wantMoved moves messages to the front of p, in their order, as the record does, and checks their bytes. The first of them
// was sent after so many others.
func wantMoved(t *testing.T, messages []Message, p []byte, others int) {
	t.Helper()
	for i, m := range messages {
		want := bytes.Repeat([]byte{byte(others + i + 1)}, len(m.Data))
		if !bytes.Equal(m.Data, want) {
			t.Fatalf("message %d of %d bytes has others than were sent: %.20v", others+i, len(want), m.Data)
		}
		p = p[copy(p, m.Data):]
	}
}

func TestBatchGivesItsBuffersBack(t *testing.T) {
	b, err := NewBatch(listenUDP(t, "udp", "127.0.0.1:0", nil), 8)
	must(t, err)
	mine := b.r.buffers
	b.Close()
	b.Close() // does nothing: two sockets must not have them
	first, err := NewBatch(listenUDP(t, "udp", "127.0.0.1:0", nil), 8)
	must(t, err)
	second, err := NewBatch(listenUDP(t, "udp", "127.0.0.1:0", nil), 8)
	must(t, err)
	if first.r.buffers != mine {
		t.Error("buffers that were given back are not used again")
	}
	if second.r.buffers == first.r.buffers {
		t.Fatal("two sockets read into the same buffers")
	}
}
