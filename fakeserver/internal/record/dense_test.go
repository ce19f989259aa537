package record

import (
	"bytes"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/internal/store"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A stream that is cut into single bytes is not a hundred times its size in the record: past
// many, pieces and boundaries are joined, and nothing of the stream is missing.
func TestDenseJoinsPieces(t *testing.T) {
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

// A reader of a joined piece gets no room for more than there was.
func TestDenseDataHasNoRoomAfterIt(t *testing.T) {
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

// A piece is joined to the one before it only if it goes on in each way in which the record could
// tell the difference. It may lie next to it in memory and still be another lane's: what is echoed
// is recorded in two.
func TestDenseJoinsOnlyWhatGoesOn(t *testing.T) {
	p := []byte("abcdefgh")
	for why, change := range map[string]func(x *store.Entry, e *transcript.Event){
		"":                    func(x *store.Entry, e *transcript.Event) {},
		"another connection":  func(x *store.Entry, e *transcript.Event) { e.Conn = 2 },
		"the other direction": func(x *store.Entry, e *transcript.Event) { e.Direction = transcript.FromClient },
		"a byte further":      func(x *store.Entry, e *transcript.Event) { e.Offset++ },
		"a datagram":          func(x *store.Entry, e *transcript.Event) { x.Kind = uint8(transcript.Datagram) },
		"one with more":       func(x *store.Entry, e *transcript.Event) { x.More = &store.More{Times: 2} },
		"elsewhere in memory": func(x *store.Entry, e *transcript.Event) { e.Data = p[5:6] },
		"nothing":             func(x *store.Entry, e *transcript.Event) { e.Data = p[4:4] },
		"after nothing":       func(x *store.Entry, e *transcript.Event) { x.Data, e.Offset = p[4:4], 10 },
		"no room for all":     func(x *store.Entry, e *transcript.Event) { x.Data = p[2:4:5] },
		"no room at all":      func(x *store.Entry, e *transcript.Event) { x.Data = p[2:4:4] },
	} {
		x := store.Entry{Conn: 1, Direction: uint8(transcript.ToClient), Kind: uint8(transcript.Data), Offset: 10, Data: p[2:4]}
		e := transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.Data, Offset: 12, Data: p[4:6]}
		change(&x, &e)
		if got := goesOn(&x, &e); got != (why == "") {
			t.Errorf("%s: goesOn = %v", why, got)
		}
	}
}

// What waits for a change sees a piece that was joined.
func TestDensePiecesWake(t *testing.T) {
	rec := newTestRecorder(0)
	l := rec.Lane(1, transcript.ToClient)
	p := l.Stash([]byte("abc"))
	l.Record(p[:1])
	l.pieces = maxDense
	events := rec.Snapshot().Len()
	for i := 1; i < len(p); i++ {
		changed := rec.Changed()
		l.Record(p[i : i+1])
		select {
		case <-changed:
		default:
			t.Errorf("byte %d was recorded and the channel is open", i)
		}
	}
	if tr := rec.Snapshot(); tr.Len() != events || string(tr.ToClient()) != "abc" {
		t.Errorf("the pieces are not joined:\n%v", tr)
	}
}
