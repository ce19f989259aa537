package record

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestGrowthWakes(t *testing.T) {
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

// After a snapshot, the event that counts is copied once, and not each time that it grows.
func TestGrowthCopiesOncePerSnapshot(t *testing.T) {
	rec := newTestRecorder(-1)
	l := rec.Lane(1, transcript.FromClient)
	p := []byte("abc")
	l.Append(transcript.Data, p)
	rec.Snapshot()
	if n := testing.AllocsPerRun(100, func() { l.Append(transcript.Data, p) }); n != 0 { // the first, which is not counted, copies
		t.Errorf("counting allocates %v times, want 0 without a snapshot between", n)
	}
}

// A snapshot does not see what grows after it.
func TestSnapshotDoesNotGrow(t *testing.T) {
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
func TestSnapshotIsReadWhileTheRecordGrows(t *testing.T) {
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
