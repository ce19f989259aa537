package transcript

import (
	"runtime"
	"sync"
	"time"
)

// Header says what a transcript is a record of.
type Header struct {
	Name    string    // the server's name, such as the test's
	Network string    // "tcp", "udp", …
	Address string    // what clients dial
	Start   time.Time // when the server started
}

// A Recorder writes a transcript. It is the only writer: it gives every event
// its number in one order and its time. Its methods may be called from several
// goroutines at once.
type Recorder struct {
	header Header
	arena  *arena // the storage that lanes share
	index  *index // that snapshots share
	limit  *limit // nil: keep all
	dense  *limit // of what is cut into very many pieces, where all is kept; else nil

	mu      sync.Mutex // guards what follows
	events  chunks
	changed chan struct{} // closed at the next event; nil while nobody waits
}

// NewRecorder returns a recorder whose clock starts at h.Start, or now if that
// is zero. It keeps at most limit bytes of data. If limit is zero, it keeps all;
// if negative, none.
//
// With a limit, memory is bounded however long the record gets. Bytes that it does not
// keep are counted and hashed. Of one direction of one connection or peer they are one
// event, with their Count and Sum, until another event of that direction comes, and the
// next bytes begin another. Of acts of one rule in one direction, and of errors, remarks,
// drops and the like, the first 64 are events of their own; the rest are one more, which
// says how many Times there were. So what is left to grow is a bounded number of events
// for each connection or peer, and two for each time that a stream's socket refuses bytes.
func NewRecorder(h Header, limit int64) *Recorder {
	if h.Start.IsZero() {
		h.Start = time.Now()
	}
	r := &Recorder{header: h, arena: new(arena), index: new(index), limit: newLimit(limit)}
	if r.limit == nil {
		r.dense = newDense()
	}
	// When nobody can reach the recorder any more and no snapshot was ever
	// taken, nobody can hold its bytes: the large blocks may serve again.
	runtime.AddCleanup(r, (*arena).recycle, r.arena)
	return r
}

// Add records e, which carries no bytes, and gives it its Seq and At.
func (r *Recorder) Add(e Event) {
	r.mu.Lock()
	r.noteLocked(&e)
	r.mu.Unlock()
}

// addAll records e and what comes with it: no snapshot has the one without the others.
func (r *Recorder) addAll(e *Event, behind []Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addLocked(e)
	for i := range behind {
		r.noteLocked(&behind[i])
	}
}

// noteLocked records an event that carries no bytes. It needs mu.
func (r *Recorder) noteLocked(e *Event) {
	if r.limit != nil && r.limit.repeats(r, e) {
		return
	}
	if r.dense != nil && e.Kind == Close {
		r.dense.endBytes(nil, e)
	}
	r.addLocked(e)
}

// addLocked needs mu.
func (r *Recorder) addLocked(e *Event) {
	e.At = time.Since(r.header.Start)
	r.events.add(e)
	r.wakeLocked()
}

func (r *Recorder) wakeLocked() {
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// Snapshot returns the record so far. It copies no bytes and costs the same
// however long the record is.
func (r *Recorder) Snapshot() Transcript {
	r.arena.lend()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range []*limit{r.limit, r.dense} {
		if l != nil {
			l.age++
		}
	}
	return Transcript{header: r.header, events: r.events.snapshot(), index: r.index}
}

// Changed returns a channel that is closed when the next event is recorded, or an event
// that counts grows. Take it before a snapshot, and no event between the two is missed.
func (r *Recorder) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	return r.changed
}

// Lend tells the recorder that bytes it handed out may be held for longer, so
// that their memory is left to the garbage collector.
func (r *Recorder) Lend() { r.arena.lend() }
