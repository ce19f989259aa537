package record

import (
	"bytes"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A stream that is cut into single bytes is not a hundred times its size in the record: past
// many, pieces and boundaries are joined, and nothing of the stream is missing.
func TestDensePiecesAreJoined(t *testing.T) {
	rec := newTestRecorder(0)
	l := rec.Lane(1, transcript.ToClient)
	data := bytes.Repeat([]byte("0123456789"), (maxDense+10_000)/10)
	p := l.Stash(data)
	var early transcript.Transcript
	for i := range p {
		l.Record(p[i : i+1])
		rec.AddDense(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Fault, Rule: "cut", Offset: int64(i) + 1})
		if i == maxDense+5_000 {
			early = rec.Snapshot()
		}
	}
	tr := rec.Snapshot()
	if n := tr.Len(); n > 2*maxDense+10 {
		t.Errorf("%d events, want no more than %d pieces and as many boundaries", n, maxDense)
	}
	if got := tr.ToClient(); !bytes.Equal(got, data) {
		t.Errorf("the stream has %d bytes, want the %d that were recorded", len(got), len(data))
	}
	if got := early.ToClient(); !bytes.Equal(got, data[:maxDense+5_001]) {
		t.Errorf("an early snapshot has %d bytes, want %d still", len(got), maxDense+5_001)
	}
	var times int64
	for _, e := range tr.Faults() {
		times += max(1, e.Times)
	}
	if times != int64(len(data)) {
		t.Errorf("%d boundaries are told of, want %d", times, len(data))
	}
	if a, b := early.Canonical(), tr.Canonical(); a.Equal(b) {
		t.Error("what came since the early snapshot makes no difference")
	}
	l.Unsend(5, "refused")
	if got := rec.Snapshot().ToClient(); !bytes.Equal(got, data[:len(data)-5]) {
		t.Errorf("with 5 bytes taken back the stream has %d, want %d", len(got), len(data)-5)
	}
}

// Of a joined piece nobody gets more than there was.
func TestDataOfAnEventHasNoRoomBehindIt(t *testing.T) {
	rec := newTestRecorder(0)
	l := rec.Lane(1, transcript.ToClient)
	p := l.Stash([]byte("abcd"))
	l.Record(p[:2])
	for e := range rec.Snapshot().All() {
		_ = append(e.Data, 'X')
	}
	if string(p) != "abcd" {
		t.Errorf("a reader of the record has changed it to %q", p)
	}
}
