package transcript_test

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A recording of any length is written and read in the same memory. FAKEWIRE_EXCHANGES says how many events of a KiB there are: a
// million is 1 GiB.
func TestRecordingOfAnyLengthTakesTheSameMemory(t *testing.T) {
	events := int64(20_000)
	if text := os.Getenv("FAKEWIRE_EXCHANGES"); text != "" {
		n, err := strconv.ParseInt(text, 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		events = n
	}
	from, to := io.Pipe()
	wrote := make(chan error, 1)
	go func() { wrote <- writeLong(to, events) }()
	r, err := transcript.NewReader(from)
	if err != nil {
		t.Fatal(err)
	}
	var most uint64
	read, size := int64(0), int64(0)
	for {
		e, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		read++
		size += e.Size()
		if read%max(events/20, 1) == 0 {
			most = max(most, heap())
		}
	}
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
	const limit = 8 << 20
	if read != events || size != events<<10 || most > limit {
		t.Errorf("%d events of %d bytes, with a heap of up to %d bytes; want %d events, and at most %d", read, size, most, events, limit)
	}
	t.Logf("%d MiB of data, heap at most %d KiB", size>>20, most>>10)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// writeLong writes a recording of so many events of a KiB, every other of which is binary, and closes w.
func writeLong(w *io.PipeWriter, events int64) (err error) {
	defer func() { w.CloseWithError(err) }()
	to, err := transcript.NewWriter(w, transcript.Header{Network: "tcp"}, transcript.Origin{})
	if err != nil {
		return err
	}
	data := [2][]byte{bytes.Repeat([]byte("abcdefg\n"), 128), bytes.Repeat([]byte("\x00\xff"), 512)}
	for i := range events {
		e := transcript.Event{
			Seq: i + 1, At: time.Duration(i) * time.Millisecond, Conn: 1, Direction: transcript.FromClient,
			Kind: transcript.Data, Offset: i << 10, Data: data[i%2],
		}
		if err := to.Write(e); err != nil {
			return err
		}
	}
	return to.Close(nil)
}
