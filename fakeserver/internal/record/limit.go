package record

import (
	"sync/atomic"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A limit bounds the memory of a record: bytes that it does not let the record keep, and
// events that say the same again, are counted in an event that is there already. What the
// recorder's mu guards of it, only its methods touch.
type limit struct {
	alone int          // events of one kind and rule, in one direction of one connection, that stand for themselves
	bytes int64        // that may be kept; negative: none
	kept  atomic.Int64 // of them

	sides map[sideKey]*tally // guarded by the recorder's mu
}

// A sideKey is one direction of one connection or peer.
type sideKey struct {
	conn int
	dir  transcript.Direction
}

// A tally is what is counted of a side. The recorder's mu guards it, but for sum.
type tally struct {
	sum     uint64 // of the bytes that were not kept; it belongs to what records the side's bytes
	noted   uint64 // sum as the record has it
	bytes   growth // the event that counts those bytes
	empty   growth // the event that stands for empty datagrams
	kept    int64  // the number of the last datagram that was kept
	repeats map[repeat]*repeated
}

func newLimit(bytes int64) *limit {
	if bytes == 0 {
		return nil
	}
	return &limit{alone: maxRepeats, bytes: bytes}
}

// grant returns how many of n bytes may be kept; of what is whole, such as a datagram,
// all or none.
func (l *limit) grant(n int, whole bool) int {
	for {
		kept := l.kept.Load()
		room := max(0, l.bytes-kept)
		if room == 0 || whole && room < int64(n) {
			return 0
		}
		granted := min(int64(n), room)
		if l.kept.CompareAndSwap(kept, kept+granted) {
			return int(granted)
		}
	}
}

// isFull reports whether nothing more is kept.
func (l *limit) isFull() bool { return l != nil && l.kept.Load() >= l.bytes }

// of returns the tally of a side. It needs the recorder's mu.
func (l *limit) of(conn int, d transcript.Direction) *tally {
	key := sideKey{conn, d}
	t := l.sides[key]
	if t == nil {
		if l.sides == nil {
			l.sides = map[sideKey]*tally{}
		}
		t = new(tally)
		l.sides[key] = t
	}
	return t
}

// count records e, which counts bytes that are not kept: in the event that does so
// already, if e goes on where that ends. It needs the recorder's mu.
func (l *limit) count(r *Recorder, t *tally, e *transcript.Event) {
	t.noted = e.Sum
	if g := &t.bytes; r.growsLocked(g) {
		x := r.events.At(g.at)
		if transcript.Kind(x.Kind) == e.Kind && x.More.AtClose == e.AtClose && (e.Kind == transcript.Datagram || x.Offset+x.More.Count == e.Offset) {
			r.growLocked(g, e)
			return
		}
	}
	t.bytes = r.beginLocked(e)
}

// countEmpty records e, an empty datagram, in the event that stands for those before it. It
// needs the recorder's mu.
func (l *limit) countEmpty(r *Recorder, t *tally, e *transcript.Event) {
	if r.growsLocked(&t.empty) {
		r.growLocked(&t.empty, e)
		return
	}
	t.empty = r.beginLocked(e)
}

// close makes what comes later be counted in events after the one that is recorded now.
func (t *tally) close() { t.bytes.open, t.empty.open = false, false }

// endBytes makes bytes after e be counted in an event after e; if e takes some back, it
// sets the checksum that is left. After a connection's Close there is nothing more to
// count. It needs the recorder's mu.
func (l *limit) endBytes(t *tally, e *transcript.Event) {
	if t != nil {
		t.close()
		if e.Kind == transcript.Unsent {
			e.Sum = t.noted
		}
	}
	if e.Kind == transcript.Close {
		for _, d := range []transcript.Direction{transcript.Neither, transcript.FromClient, transcript.ToClient} {
			delete(l.sides, sideKey{e.Conn, d})
		}
	}
}
