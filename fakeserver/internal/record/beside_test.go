package record

import (
	"bytes"
	"runtime"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestBesideHasTheSameClockAndWakes(t *testing.T) {
	rec := newTestRecorder(0)
	side := rec.Beside(transcript.Header{Name: "side"}, 0)
	if side.Header().Start != rec.Header().Start || side.Header().Name != "side" {
		t.Errorf("the header beside %v is %v; want the same start", rec.Header(), side.Header())
	}
	changed := rec.Changed()
	side.Lane(1, transcript.FromClient).Append(transcript.Data, []byte("abc"))
	select {
	case <-changed:
	default:
		t.Error("something was recorded beside, and the channel is open")
	}
	if n := rec.Snapshot().Len(); n != 0 {
		t.Errorf("the record has %d events of the one beside it", n)
	}
}

func TestBesideHidesTheSame(t *testing.T) {
	rec := newTestRecorder(0)
	rec.Redact(func(transcript.Excerpt) []byte { return []byte("hidden") })
	side := rec.Beside(transcript.Header{}, 0)
	side.Lane(1, transcript.FromClient).Append(transcript.Data, []byte("secret"))
	if text := side.Snapshot().String(); bytes.Contains([]byte(text), []byte("secret")) {
		t.Errorf("not hidden:\n%s", text)
	}
}

// Memory is used again when both records are gone: bytes that the one has of the other stay what they are.
func TestBesideKeepsWhatTheOtherRecorded(t *testing.T) {
	const size = 4 << 20
	rec := newTestRecorder(0)
	side := rec.Beside(transcript.Header{}, 0)
	lane, other := rec.Lane(1, transcript.FromClient), side.Lane(1, transcript.FromClient)
	var held [][]byte
	for sum := 0; sum < size; {
		buf := lane.Buffer(minTestRead)
		p := lane.Commit(transcript.Data, copy(buf, bytes.Repeat([]byte("a"), len(buf))))
		other.Record(p)
		held, sum = append(held, p), sum+len(p)
	}
	rec, lane = nil, nil
	for range 3 {
		runtime.GC()
		next := newTestRecorder(0).Lane(1, transcript.FromClient)
		for range size / largeBlock {
			buf := next.Buffer(largeBlock)
			next.Commit(transcript.Data, copy(buf, bytes.Repeat([]byte("b"), len(buf))))
		}
	}
	for _, p := range held {
		if i := bytes.IndexByte(p, 'b'); i >= 0 {
			t.Fatalf("byte %d of %d is another record's", i, len(p))
		}
	}
	if got := side.Snapshot().FromClient(); len(got) < size || bytes.IndexByte(got, 'b') >= 0 {
		t.Errorf("the record beside has %d bytes, or others than were recorded", len(got))
	}
}

const minTestRead = 256
