package record

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// What is joined is counted, at its offset.
func TestTheLimitJoinsWhatItCounts(t *testing.T) {
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

// Of datagrams, an event counts how many there were and how many bytes they had.
func TestTheLimitCountsDatagramsAndBytes(t *testing.T) {
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

// A datagram that the record has, and that the socket refused, is none, however many others
// were refused before.
func TestTheLimitKnowsWhichDatagramsWereRefused(t *testing.T) {
	rec := newTestRecorder(10)
	out := rec.Lane(0, transcript.ToClient)
	refuse := func(n int64, p string) {
		out.Datagram(1, "a:1", n, []byte(p))
		rec.Add(transcript.Event{Conn: 1, Direction: transcript.ToClient, Kind: transcript.DatagramUnsent, Offset: n, Peer: "a:1"})
	}
	for n := range int64(3 * maxRepeats) {
		refuse(n+1, "much too long for it")
	}
	refuse(1000, "fits")
	out.Datagram(1, "a:1", 1001, []byte("left"))
	if got := rec.Snapshot().Datagrams(transcript.ToClient); len(got) != 1 || string(got[0]) != "left" {
		t.Errorf("Datagrams = %q, want only what left", got)
	}
}

// What was not delivered takes nothing back: the limit may join what says so, and still counts each
// datagram. Each FIN that the socket refused stands for itself, as the FIN does.
func TestLimitJoinsWhatWasNotDelivered(t *testing.T) {
	rec := newTestRecorder(10)
	out := rec.Lane(1, transcript.ToClient)
	for n := range int64(3 * maxRepeats) {
		rec.Add(transcript.Event{Conn: 2, Direction: transcript.ToClient, Kind: transcript.Undelivered, Offset: 10 * n, Count: 2, Peer: "a:2"})
		out.Add(transcript.Event{Kind: transcript.FIN})
		out.UnsendFIN("refused")
	}
	var sum int64
	events := rec.Snapshot().Kind(transcript.Undelivered)
	for e := range events.All() {
		sum += e.Count
	}
	if events.Len() != maxRepeats+1 || sum != 6*maxRepeats {
		t.Errorf("%d events of %d datagrams, want %d of %d", events.Len(), sum, maxRepeats+1, 6*maxRepeats)
	}
	if n := rec.Snapshot().Kind(transcript.FINUnsent).Len(); n != 3*maxRepeats {
		t.Errorf("%d FINs are taken back, want %d", n, 3*maxRepeats)
	}
	if got := rec.Snapshot().Conn(1).Ending(transcript.ToClient); got != transcript.StillOpen {
		t.Errorf("Ending = %v, want still open", got)
	}
}

// Faults are few, and then they are counted.
func TestTheLimitCountsFaults(t *testing.T) {
	record := func(last int64) transcript.Transcript {
		rec := newTestRecorder(-1)
		in := rec.Lane(1, transcript.FromClient)
		for n := range int64(1000) {
			in.Append(transcript.Data, []byte("abc"))
			in.Add(transcript.Event{Kind: transcript.Fault, Rule: "one", Count: 2})
			if n%10 == 0 {
				in.Add(transcript.Event{Kind: transcript.Fault, Rule: "two"})
			}
		}
		rec.Add(transcript.Event{Conn: 1, Direction: transcript.FromClient, Kind: transcript.Fault, Rule: "one", Offset: last})
		return rec.Snapshot()
	}
	tr := record(7)
	faults := tr.Faults()
	if len(faults) != 2*(maxRepeats+1) {
		t.Fatalf("%d faults, want %d of each rule and one that counts the rest", len(faults), maxRepeats)
	}
	times := map[string]int64{}
	for _, e := range faults {
		times[e.Rule] += max(1, e.Times)
	}
	if times["one"] != 1001 || times["two"] != 100 {
		t.Errorf("the faults acted %v times, want 1001 and 100", times)
	}
	if !tr.Canonical().Equal(record(7).Canonical()) || tr.Canonical().Equal(record(8).Canonical()) {
		t.Error("the canonical form does not tell where faults acted that are counted")
	}
}

// A snapshot does not see what grows after it.
func TestASnapshotDoesNotGrow(t *testing.T) {
	rec := newTestRecorder(-1)
	var snapshots []transcript.Transcript
	var texts []string
	lanes := []*Lane{rec.Lane(1, transcript.FromClient), rec.Lane(1, transcript.ToClient), rec.Lane(2, transcript.FromClient)}
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		if r.IntN(4) == 0 {
			snapshots = append(snapshots, rec.Snapshot())
			texts = append(texts, snapshots[len(snapshots)-1].String())
		}
		l := lanes[r.IntN(3)]
		if r.IntN(10) == 0 {
			l.Add(transcript.Event{Kind: transcript.Fault, Rule: "r"})
		}
		if r.IntN(50) == 0 {
			rec.Add(transcript.Event{Conn: 1, Direction: l.dir, Kind: transcript.FIN}) // what comes then is another event
		}
		l.Append(transcript.Data, make([]byte, r.IntN(5)))
	}
	for i, tr := range snapshots {
		if got := tr.String(); got != texts[i] {
			t.Fatalf("snapshot %d was\n%s\nand became\n%s", i, texts[i], got)
		}
	}
}

// For the race detector: snapshots are read while what they count grows.
func TestSnapshotsAreReadWhileTheRecordGrows(t *testing.T) {
	rec := newTestRecorder(100)
	var wg sync.WaitGroup
	for n := 1; n <= 4; n++ {
		wg.Go(func() {
			l := rec.Lane(n, transcript.FromClient)
			for range 2000 {
				l.Append(transcript.Data, []byte("abc"))
			}
		})
	}
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	for more := true; more; {
		select {
		case <-done:
			more = false
		default:
		}
		tr := rec.Snapshot()
		if n, m := tr.Omitted(transcript.FromClient), tr.Omitted(transcript.FromClient); n != m {
			t.Fatalf("Omitted = %d, and then %d of the same snapshot", n, m)
		}
	}
	if n := rec.Snapshot().Omitted(transcript.FromClient); n != 4*2000*3-100 {
		t.Errorf("%d bytes are omitted, want %d", n, 4*2000*3-100)
	}
}

func TestWhatGrowsWakes(t *testing.T) {
	rec := newTestRecorder(-1)
	l := rec.Lane(1, transcript.FromClient)
	l.Append(transcript.Data, []byte("abc"))
	changed := rec.Changed()
	l.Append(transcript.Data, []byte("abc"))
	select {
	case <-changed:
	default:
		t.Error("more bytes were counted and the channel is open")
	}
	if n := rec.Snapshot().Len(); n != 1 {
		t.Errorf("%d events, want 1 that grew", n)
	}
}

// Two runs compare equal on every machine and with every version.
func TestTheSumStaysWhatItIs(t *testing.T) {
	if got, want := addSum(0, []byte("123456789")), uint64(0xe3069283cbf43926); got != want {
		t.Errorf("the sum is %016x, want the check values of CRC-32C and CRC-32: %016x", got, want)
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
