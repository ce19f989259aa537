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
// its place in one order and its time. Its methods may be called from several
// goroutines at once.
type Recorder struct {
	header Header
	limit  int64  // of bytes kept; 0: no limit; negative: keep none
	arena  *arena // the storage that lanes share

	mu      sync.Mutex // guards what follows
	events  chunks
	kept    int64
	changed chan struct{} // closed at the next event; nil while nobody waits
}

// NewRecorder returns a recorder whose clock starts at h.Start, or now if that
// is zero. It keeps at most limit bytes of data. If limit is zero, it keeps all;
// if negative, none. Bytes that it does not keep are counted and hashed.
func NewRecorder(h Header, limit int64) *Recorder {
	if h.Start.IsZero() {
		h.Start = time.Now()
	}
	r := &Recorder{header: h, limit: limit, arena: new(arena)}
	// When nobody can reach the recorder any more and no snapshot was ever
	// taken, nobody can hold its bytes: the large blocks may serve again.
	runtime.AddCleanup(r, (*arena).recycle, r.arena)
	return r
}

// Add records e, which carries no bytes, and gives it its Seq and At.
func (r *Recorder) Add(e Event) {
	r.mu.Lock()
	r.addLocked(&e)
	r.mu.Unlock()
}

// addLocked needs mu.
func (r *Recorder) addLocked(e *Event) {
	e.Seq = int64(r.events.n) + 1
	e.At = time.Since(r.header.Start)
	r.events.add(e)
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// keep records e with those of p's bytes that the limit allows as Data, and the
// rest as a second event of the same kind that only counts them. p is recorder memory,
// or memory that nobody changes: it is not copied.
// It returns how many bytes of p it kept.
func (r *Recorder) keep(e Event, p []byte, l *Lane) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keepLocked(e, p, l)
}

// keepLocked is keep for who has mu.
func (r *Recorder) keepLocked(e Event, p []byte, l *Lane) int {
	n := len(p)
	if r.limit != 0 {
		n = int(min(int64(n), max(0, r.limit-r.kept)))
	}
	if e.Kind == Datagram && n < len(p) {
		n = 0 // half a datagram is none
	}
	r.kept += int64(n)
	if n > 0 || len(p) == 0 {
		e.Data = p[:n:n]
		r.addLocked(&e)
		e.Offset += int64(n)
	}
	if n < len(p) {
		l.sum = fnv1a(l.sum, p[n:])
		e.Data, e.Count, e.Sum = nil, int64(len(p)-n), l.sum
		r.addLocked(&e)
	}
	return n
}

// Snapshot returns the record so far. It copies no bytes and costs the same
// however long the record is.
func (r *Recorder) Snapshot() Transcript {
	r.arena.lend()
	r.mu.Lock()
	defer r.mu.Unlock()
	return Transcript{header: r.header, events: r.events.snapshot()}
}

// Changed returns a channel that is closed when the next event is recorded.
// Take it before a snapshot, and no event between the two is missed.
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

// fnv1a continues the 64-bit FNV-1a hash h over p.
func fnv1a(h uint64, p []byte) uint64 {
	if h == 0 {
		h = 14695981039346656037
	}
	for _, b := range p {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h
}
