package transcript

import "sync/atomic"

// A limit bounds the memory of a record: bytes that it does not let the record keep, and
// events that say the same again, are counted in an event that is there already. What the
// recorder's mu guards of it, only its methods touch.
type limit struct {
	alone int          // events of one kind and rule, in one direction of one connection, that stand for themselves
	bytes int64        // that may be kept; negative: none
	kept  atomic.Int64 // of them

	age    int64   // rises with each snapshot; guarded by the recorder's mu, as is what follows
	chunks []int64 // the age at which each chunk of events was last made the recorder's own
	sides  map[sideKey]*tally
}

// A sideKey is one direction of one connection or peer.
type sideKey struct {
	conn int
	dir  Direction
}

// A tally is what is counted of a side. The recorder's mu guards it, but for sum.
type tally struct {
	sum     uint64 // of the bytes that were not kept; whoever records the side's bytes has it
	noted   uint64 // sum as the record has it
	bytes   growth // the event that counts those bytes
	empty   growth // the event that stands for empty datagrams
	kept    int64  // the number of the last datagram, if it was kept
	repeats map[repeat]*repeated
}

func newLimit(bytes int64) *limit {
	if bytes == 0 {
		return nil
	}
	return &limit{alone: maxRepeats, bytes: bytes, sides: map[sideKey]*tally{}}
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
func (l *limit) of(conn int, d Direction) *tally {
	key := sideKey{conn, d}
	t := l.sides[key]
	if t == nil {
		t = new(tally)
		l.sides[key] = t
	}
	return t
}

// count records e, which counts bytes that are not kept: in the event that does so
// already, if e goes on where that ends. It needs the recorder's mu.
func (l *limit) count(r *Recorder, t *tally, e *Event) {
	t.noted, t.kept = e.Sum, 0
	if g := &t.bytes; g.open {
		x := r.events.at(g.at)
		if x.kind == e.Kind && x.more.atClose == e.AtClose && (e.Kind == Datagram || x.offset+x.more.count == e.Offset) {
			l.grow(r, g, e)
			return
		}
	}
	t.bytes = l.begin(r, e)
}

// countEmpty records e, an empty datagram, in the event that stands for those before it. It
// needs the recorder's mu.
func (l *limit) countEmpty(r *Recorder, t *tally, e *Event) {
	t.kept = 0
	if t.empty.open {
		l.grow(r, &t.empty, e)
		return
	}
	t.empty = l.begin(r, e)
}

// close lets what comes now be counted in events after the one that is recorded now.
func (t *tally) close() { t.bytes.open, t.empty.open = false, false }

// endBytes lets bytes after e be counted in an event after e; where e takes some back, it
// says what the checksum is now. After a connection's Close there is nothing more to
// count. It needs the recorder's mu.
func (l *limit) endBytes(t *tally, e *Event) {
	if t != nil {
		t.close()
		if e.Kind == Unsent {
			e.Sum = t.noted
		}
	}
	if e.Kind == Close {
		for _, d := range []Direction{Neither, FromClient, ToClient} {
			delete(l.sides, sideKey{e.Conn, d})
		}
	}
}
