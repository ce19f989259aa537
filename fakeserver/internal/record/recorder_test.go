package record

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func newTestRecorder(limit int64) *Recorder {
	return New(transcript.Header{Name: "test", Network: "tcp", Address: "127.0.0.1:1"}, limit)
}

func TestLaneKeepsEachByteHoweverItCame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	rec := newTestRecorder(0)
	lane := rec.Lane(1, transcript.FromClient)
	var want []byte
	for range 2000 {
		p := make([]byte, r.IntN(3000))
		for i := range p {
			p[i] = byte(r.Uint32())
		}
		if len(p) == 0 {
			continue
		}
		switch r.IntN(3) {
		case 0:
			lane.Append(transcript.Data, p)
		case 1:
			lane.Commit(transcript.Discarded, copy(lane.Buffer(len(p)), p))
		case 2:
			q := lane.Stash(p)
			lane.Buffer(10)[0] = 'x' // what comes later does not touch what was stashed
			lane.Record(q)
		}
		want = append(want, p...)
	}
	tr := rec.Snapshot()
	if !bytes.Equal(append(tr.FromClient(), tr.Discarded()...), want) {
		t.Error("the record is not what was recorded")
	}
	offset := int64(0)
	for e := range tr.All() {
		if e.Offset != offset {
			t.Fatalf("event %d is at %d, want %d", e.Seq, e.Offset, offset)
		}
		offset += e.Size()
	}
	if lane.Offset() != int64(len(want)) {
		t.Errorf("Offset = %d, want %d", lane.Offset(), len(want))
	}
}

func TestRecorderGivesEventsOneOrderAndRisingTimes(t *testing.T) {
	rec := newTestRecorder(0)
	var wg sync.WaitGroup
	for conn := 1; conn <= 4; conn++ {
		wg.Go(func() {
			lane := rec.Lane(conn, transcript.ToClient)
			for i := range 500 {
				lane.Append(transcript.Data, fmt.Appendf(nil, "%d,", i))
			}
		})
	}
	for range 100 {
		rec.Snapshot().ToClient() // for the race detector
	}
	wg.Wait()
	var before transcript.Event
	for e := range rec.Snapshot().All() {
		if e.Seq != before.Seq+1 || e.At < before.At {
			t.Fatalf("event %d at %v follows event %d at %v", e.Seq, e.At, before.Seq, before.At)
		}
		before = e
	}
	if before.Seq != 2000 {
		t.Errorf("%d events, want 2000", before.Seq)
	}
}

func TestSnapshotDoesNotChange(t *testing.T) {
	rec := newTestRecorder(0)
	lane := rec.Lane(1, transcript.FromClient)
	lane.Append(transcript.Data, []byte("one"))
	early := rec.Snapshot()
	want := early.String()
	for range 1000 {
		lane.Append(transcript.Data, []byte("two"))
	}
	if got := early.String(); got != want {
		t.Errorf("the snapshot became %s", got)
	}
}

func TestSnapshotSharesTheBytes(t *testing.T) {
	rec := newTestRecorder(0)
	rec.Lane(1, transcript.FromClient).Append(transcript.Data, make([]byte, 1<<20))
	if n := testing.AllocsPerRun(100, func() { rec.Snapshot() }); n != 0 {
		t.Errorf("Snapshot allocates %v times, want 0", n)
	}
}

func TestSnapshotJoinsIntoACopy(t *testing.T) {
	rec := newTestRecorder(0)
	rec.Lane(1, transcript.FromClient).Append(transcript.Data, []byte("abc"))
	rec.Snapshot().FromClient()[0] = 'X'
	if got := string(rec.Snapshot().FromClient()); got != "abc" {
		t.Errorf("the record became %q", got)
	}
}

func TestArenaReusesOnlyWhatNothingHolds(t *testing.T) {
	fill := func(snapshot bool) {
		rec := newTestRecorder(0)
		lane := rec.Lane(1, transcript.FromClient)
		for range 8 {
			lane.Append(transcript.Data, make([]byte, largeBlock))
		}
		if snapshot {
			rec.Snapshot()
		}
	}
	for takeIdle() != nil { // what other tests left
	}
	fill(true)
	runtime.GC()
	fill(false)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	back := 0
	for back < 8 && ctx.Err() == nil { // cleanups run some time after the collection
		runtime.GC()
		if takeIdle() != nil {
			back++
		}
	}
	if back != 8 || takeIdle() != nil {
		t.Errorf("%d blocks came back, want exactly the 8 of the record without a snapshot", back)
	}
}

func TestArenaBoundsWaste(t *testing.T) {
	for _, tt := range []struct {
		size int64
		max  float64
	}{{64 << 10, 2}, {16 << 20, 1.07}} {
		taken := int64(0)
		for total := int64(0); total < tt.size; {
			block := nextBlock(total, 256)
			taken += int64(block)
			total += int64(block)
		}
		if ratio := float64(taken) / float64(tt.size); ratio > tt.max {
			t.Errorf("%d bytes take %.3f times as much, want at most %v", tt.size, ratio, tt.max)
		}
	}
}

func TestLimitKeepsTheFirstBytesAndCountsTheRest(t *testing.T) {
	const text = "hello, world"
	sums := map[uint64]bool{}
	for cut := 1; cut <= len(text); cut++ {
		rec := newTestRecorder(5)
		lane := rec.Lane(1, transcript.FromClient)
		for p := []byte(text); len(p) > 0; p = p[min(cut, len(p)):] {
			lane.Append(transcript.Data, p[:min(cut, len(p))])
		}
		tr := rec.Snapshot()
		if got := string(tr.FromClient()); got != "hello" {
			t.Errorf("cut by %d: kept %q, want hello", cut, got)
		}
		if n := tr.Omitted(transcript.FromClient); n != 7 {
			t.Errorf("cut by %d: omitted %d, want 7", cut, n)
		}
		sums[tr.Canonical()[0].Sum] = true
	}
	if len(sums) != 1 || sums[0] {
		t.Errorf("the same bytes, cut differently, have the sums %v", sums)
	}
}

func TestLimitBelowZeroKeepsNothing(t *testing.T) {
	rec := newTestRecorder(-1)
	lane := rec.Lane(1, transcript.FromClient)
	for range 3 {
		lane.Append(transcript.Data, []byte("abc"))
	}
	if tr := rec.Snapshot(); len(tr.FromClient()) != 0 || tr.Omitted(transcript.FromClient) != 9 || lane.Offset() != 9 {
		t.Errorf("%v", tr)
	}
}

func TestChangedMissesNothing(t *testing.T) {
	rec := newTestRecorder(0)
	changed := rec.Changed()
	select {
	case <-changed:
		t.Error("changed before anything happened")
	default:
	}
	rec.Add(transcript.Event{Kind: transcript.Note})
	select {
	case <-changed:
	default:
		t.Error("an event was recorded and the channel is open")
	}
}

// An event comes back as it was recorded, with all that it has.
func TestRecorderKeepsEachFieldOfAnEvent(t *testing.T) {
	for i := range reflect.TypeFor[transcript.Event]().NumField() {
		var e transcript.Event
		f := reflect.ValueOf(&e).Elem().Field(i)
		name := reflect.TypeFor[transcript.Event]().Field(i).Name
		switch {
		case name == "Seq" || name == "At": // the recorder's
			continue
		case f.CanInt():
			f.SetInt(7)
		case f.CanUint():
			f.SetUint(7)
		case f.Kind() == reflect.Bool:
			f.SetBool(true)
		case f.Kind() == reflect.String:
			f.SetString("seven")
		default:
			f.SetBytes([]byte("seven"))
		}
		rec := newTestRecorder(0)
		rec.Add(e)
		for got := range rec.Snapshot().All() {
			if e.Seq, e.At = 1, got.At; !reflect.DeepEqual(got, e) {
				t.Errorf("%s: recorded %+v, got %+v", name, e, got)
			}
		}
	}
}
