package record

import (
	"bytes"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What is joined is counted, at its offset.
func TestLimitJoinsWhatItCounts(t *testing.T) {
	rec := newTestRecorder(4)
	in, out := rec.Lane(1, transcript.FromClient), rec.Lane(1, transcript.ToClient)
	for range 3 {
		in.Append(transcript.Data, []byte("abc"))
		out.Append(transcript.Data, []byte("xy"))
	}
	in.Add(transcript.Event{Kind: transcript.Fault, Rule: "r"})
	in.Append(transcript.Data, []byte("abc"))
	in.Append(transcript.Data, []byte("abc"))
	in.Append(transcript.Discarded, []byte("d"))
	out.Append(transcript.Data, []byte("xy"))
	out.Unsend(1, "refused")
	out.Append(transcript.Data, []byte("z"))
	want := []transcript.Event{
		{Direction: transcript.FromClient, Kind: transcript.Data, Data: []byte("abc")},
		{Direction: transcript.ToClient, Kind: transcript.Data, Data: []byte("x")},
		{Direction: transcript.ToClient, Kind: transcript.Data, Offset: 1, Count: 7, Times: 4},
		{Direction: transcript.FromClient, Kind: transcript.Data, Offset: 3, Count: 6, Times: 2},
		{Direction: transcript.FromClient, Kind: transcript.Fault, Offset: 9, Rule: "r"},
		{Direction: transcript.FromClient, Kind: transcript.Data, Offset: 9, Count: 6, Times: 2},
		{Direction: transcript.FromClient, Kind: transcript.Discarded, Offset: 15, Count: 1, Times: 1},
		{Direction: transcript.ToClient, Kind: transcript.Unsent, Offset: 7, Count: 1, Text: "refused"},
		{Direction: transcript.ToClient, Kind: transcript.Data, Offset: 7, Count: 1, Times: 1},
	}
	tr := rec.Snapshot()
	i := 0
	for e := range tr.All() {
		e.At, e.Sum, e.Conn = 0, 0, 0
		if i == len(want) || !sameEvent(e, want[i], int64(i)+1) {
			t.Fatalf("event %d is\n%v, want\n%v\n%v", i, e, want[min(i, len(want)-1)], tr)
		}
		i++
	}
	if n := tr.Omitted(transcript.FromClient); n != 13 {
		t.Errorf("%d bytes from the client are omitted, want 13", n)
	}
	if n := tr.Omitted(transcript.ToClient); n != 7 {
		t.Errorf("%d bytes to the client are omitted, want 7", n)
	}
	if got, want := tr.Canonical()[1].Sum, addSum(0, []byte("yxyxyxz")); got != want {
		t.Errorf("the sum of what left is %016x, want %016x: what was taken back is not in it", got, want)
	}
}

func sameEvent(got, want transcript.Event, seq int64) bool {
	same := bytes.Equal(got.Data, want.Data) && (got.Data == nil) == (want.Data == nil)
	got.Data, want.Data, want.Seq = nil, nil, seq
	return same && got.String() == want.String() && got.Times == want.Times
}

// What the handler got and what it did not are counted apart, though one goes on where the other
// ends.
func TestLimitCountsWhatCameAtCloseApart(t *testing.T) {
	rec := newTestRecorder(-1)
	in := rec.Lane(1, transcript.FromClient)
	in.Append(transcript.Discarded, []byte("abc"))
	in.Append(transcript.Discarded, []byte("d"))
	in.CutOff()
	in.Append(transcript.Discarded, []byte("ef"))
	in.Append(transcript.Discarded, []byte("g"))
	want := []transcript.Event{
		{Direction: transcript.FromClient, Kind: transcript.Discarded, Count: 4, Times: 2},
		{Direction: transcript.FromClient, Kind: transcript.Discarded, Offset: 4, Count: 3, Times: 2, AtClose: true},
	}
	for e := range rec.Snapshot().All() {
		if e.At, e.Conn = 0, 0; e.Seq > 2 || !sameEvent(e, want[e.Seq-1], e.Seq) {
			t.Errorf("event %d is\n%v, want\n%v", e.Seq, e, want)
		}
	}
}

// What was taken back is not in the checksum, whether or not more comes.
func TestLimitTakesWhatWasUnsentOutOfTheSum(t *testing.T) {
	rec := newTestRecorder(-1)
	rec.Lane(1, transcript.FromClient).Append(transcript.Data, []byte("other"))
	out := rec.Lane(1, transcript.ToClient)
	for _, tt := range []struct{ send, left string }{{"ab", "ab"}, {"cde", "abc"}, {"", "abc"}, {"f", "abcf"}} {
		out.Append(transcript.Data, []byte(tt.send))
		if tt.send == "cde" {
			out.Unsend(2, "refused")
		}
		if got, want := rec.Snapshot().Canonical()[1].Sum, addSum(0, []byte(tt.left)); got != want {
			t.Errorf("with %q left, the sum is %016x, want %016x", tt.left, got, want)
		}
	}
}

// A connection that is over takes no memory for what is counted of it.
func TestLimitForgetsConnectionsThatAreClosed(t *testing.T) {
	for limit, sides := range map[int64]func(r *Recorder) int{
		-1: func(r *Recorder) int { return len(r.limit.sides) },
		0:  func(r *Recorder) int { return len(r.dense.sides) },
	} {
		rec := newTestRecorder(limit)
		for n := 1; n <= 10; n++ {
			for _, d := range []transcript.Direction{transcript.FromClient, transcript.ToClient} {
				rec.Lane(n, d).Append(transcript.Data, []byte("abc"))
				rec.AddDense(transcript.Event{Conn: n, Direction: d, Kind: transcript.Fault, Rule: "cut"})
			}
			if n > 2 {
				rec.Add(transcript.Event{Conn: n, Kind: transcript.Close})
			}
		}
		if got := sides(rec); got != 4 {
			t.Errorf("with a limit of %d, there are tallies of %d directions, want 4, of two connections", limit, got)
		}
	}
}

// Of datagrams, an event counts how many there were and how many bytes they had.
func TestLimitCountsDatagramsAndBytes(t *testing.T) {
	rec := newTestRecorder(5)
	in := rec.Lane(0, transcript.FromClient)
	for n, p := range []string{"too long", "four", "too", "", "x", "y"} {
		in.Datagram(1, "a:1", int64(n)+1, []byte(p))
		in.Datagram(2, "a:2", int64(n)+1, nil)
	}
	var got []transcript.Event
	for e := range rec.Snapshot().Conn(1).All() {
		got = append(got, e)
	}
	if len(got) != 6 || got[0].Count != 8 || got[0].Times != 1 || string(got[1].Data) != "four" ||
		got[2].Count != 3 || got[2].Offset != 3 || got[3].Data == nil || string(got[4].Data) != "x" ||
		got[5].Count != 1 || got[5].Times != 1 || got[5].Offset != 6 {
		t.Errorf("the record is\n%v", rec.Snapshot().Conn(1))
	}
	for n := range int64(6) { // empty ones take no room
		in.Datagram(1, "a:1", 7+n, []byte("zz")[:n%2*2])
	}
	tr := rec.Snapshot()
	if n := tr.Conn(1).Len(); n != 7 {
		t.Errorf("%d events, want one more, for the empty ones:\n%v", n, tr.Conn(1))
	}
	if n, m := len(tr.Conn(1).Datagrams(transcript.FromClient)), len(tr.Conn(2).Datagrams(transcript.FromClient)); n != 6 || m != 6 {
		t.Errorf("%d and %d datagrams, want 6 of each: 4 empty ones and 2, and 6 empty ones", n, m)
	}
	if n := tr.Omitted(transcript.FromClient); n != 8+3+1+6 {
		t.Errorf("%d bytes are omitted, want 18", n)
	}
}

func BenchmarkLimited(b *testing.B) {
	for name, limit := range map[string]int64{"all": 0, "none": -1} {
		b.Run(name, func(b *testing.B) {
			const size = 64 << 10
			rec := newTestRecorder(limit)
			l := rec.Lane(1, transcript.FromClient)
			p := make([]byte, size)
			b.SetBytes(size)
			for i := 0; b.Loop(); i++ {
				if i%1000 == 999 {
					rec = newTestRecorder(limit)
					l = rec.Lane(1, transcript.FromClient)
				}
				l.Commit(transcript.Data, copy(l.Buffer(size), p))
			}
		})
	}
}
