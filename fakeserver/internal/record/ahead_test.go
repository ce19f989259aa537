package record

import (
	"bytes"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// fill records total bytes, of which no two MiB are alike, in reads of 64 KiB, and returns them.
func fill(rec *Recorder, total int) []byte {
	lane := rec.Lane(1, transcript.FromClient)
	p := make([]byte, 64<<10)
	var all []byte
	for len(all) < total {
		for i := range p {
			p[i] = byte(len(all)>>16 + i)
		}
		all = append(all, p...)
		lane.Append(transcript.Data, p)
	}
	return all
}

func TestAheadMakesBlocksOnceThereAreMany(t *testing.T) {
	leaveNoneIdle(t)
	for _, c := range []struct {
		Why         string
		total, made int
	}{
		{"up to 1 MiB, a block too many would be more than half of what is there", aheadFrom, 0},
		{"then, one for each that is taken", 2 * aheadFrom, aheadFrom / largeBlock},
	} {
		made := 0
		rec := newTestRecorder(0)
		rec.Ahead(func(f func()) { made++; f() })
		want := fill(rec, c.total)
		if made < c.made || made > c.made+1 {
			t.Errorf("%s: after %d bytes %d blocks were made ahead, want %d or one more", c.Why, c.total, made, c.made)
		}
		if !bytes.Equal(rec.Snapshot().FromClient(), want) {
			t.Errorf("%s: the record is not what was recorded", c.Why)
		}
	}
}

// Blocks that are made late, too late for what they were meant for, are used nevertheless, and none is used twice.
func TestAheadNeverWaitsForABlock(t *testing.T) {
	leaveNoneIdle(t)
	var wg sync.WaitGroup
	hold := make(chan struct{})
	rec := newTestRecorder(0)
	rec.Ahead(func(f func()) { wg.Go(func() { <-hold; f() }) })
	want := fill(rec, 2*aheadFrom)
	close(hold)
	wg.Wait()
	if rec.arena.ahead.next == nil {
		t.Fatal("no block is ready")
	}
	for range 2 {
		wg.Go(func() { fill(rec, 4*aheadFrom) })
	}
	wg.Wait()
	if got := rec.Snapshot().FromClient()[:2*aheadFrom]; !bytes.Equal(got, want) {
		t.Error("the record is not what was recorded")
	}
}

// A block that was made ahead is taken once, also where the one after it is not ready when it is asked for.
func TestAheadGivesABlockOnce(t *testing.T) {
	leaveNoneIdle(t)
	var later func()
	rec := newTestRecorder(0)
	rec.Ahead(func(f func()) { later = f })
	lane := rec.Lane(1, transcript.FromClient)
	var want []byte
	for i := range 2 * aheadFrom / largeBlock {
		p := bytes.Repeat([]byte{byte(i + 1)}, largeBlock)
		want = append(want, p...)
		lane.Append(transcript.Data, p)
		if later != nil && i < 2*aheadFrom/largeBlock-3 { // the last find none but the first of them
			later()
			later = nil
		}
	}
	if !bytes.Equal(rec.Snapshot().FromClient(), want) {
		t.Error("the record is not what was recorded")
	}
	if later == nil {
		t.Error("no block was asked for that was not made")
	}
}

// What makes blocks ahead belongs to what has the recorder: the arena must not keep that from being collected.
func TestAheadLeavesTheRecorderToTheCollector(t *testing.T) {
	takeAllIdle()
	const total = 4 * aheadFrom
	func() {
		rec := newTestRecorder(0)
		rec.Ahead(func(f func()) { f(); runtime.KeepAlive(rec) })
		fill(rec, total)
	}()
	const want = (total-aheadFrom)/largeBlock + 1 // one of them never used
	free := 0
	for began := time.Now(); free < want; time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatalf("%d blocks of a recorder that is gone may be used again, want %d", free, want)
		}
		runtime.GC()
		free += len(takeAllIdle())
	}
}

func takeAllIdle() (all [][]byte) {
	for b := takeIdle(); b != nil; b = takeIdle() {
		all = append(all, b)
	}
	return all
}

// leaveNoneIdle sees to it that no recorder which is gone leaves a block during a test: that of another test may be collected at any time.
func leaveNoneIdle(t *testing.T) {
	allow := func(most int) {
		idle.mu.Lock()
		defer idle.mu.Unlock()
		idle.most, idle.blocks = most, nil
	}
	allow(0)
	t.Cleanup(func() { allow(maxIdle) })
}
