package record

import (
	"sync"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/store"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Recorder writes a transcript. It is the only writer: it gives every event
// its number in one order and its time. Its methods may be called from several
// goroutines at once.
type Recorder struct {
	header transcript.Header
	number int64               // of all records in this process
	arena  *arena              // the storage that lanes share
	limit  *limit              // nil: keep all
	dense  limit               // of what is cut into very many pieces, where all is kept
	redact transcript.Redactor // see Redact
	tap    Tap                 // see Tap; nil: there is none
	run    func(func())        // see Ahead; nil: there is none
	main   *Recorder           // that this one is beside; nil: none

	mu      sync.Mutex // guards what follows
	events  store.List
	marked  int           // events before this position don't grow: a mark is there
	changed chan struct{} // closed at the next event; nil while nothing waits
	trace   func(transcript.Event)
}

// New returns a recorder whose clock starts at h.Start, or now if that is zero. It keeps
// at most maxBytes bytes of data. If that is zero, it keeps all; if negative, none. Package
// transcript says what it has of the rest.
func New(h transcript.Header, maxBytes int64) *Recorder {
	if h.Start.IsZero() {
		h.Start = time.Now()
	}
	return &Recorder{header: h, number: store.NewNumber(), arena: new(arena), limit: newLimit(maxBytes), dense: limit{alone: maxDense}}
}

// Beside returns the recorder of another record, which is of the same events from another side: its clock began when r's did,
// it hides the same, and what waits for r's next event hears of its events, too. A lane of one of the two may Record bytes
// that a lane of the other has recorded.
func (r *Recorder) Beside(h transcript.Header, maxBytes int64) *Recorder {
	h.Start = r.header.Start
	o := New(h, maxBytes)
	o.arena, o.redact, o.run, o.main = r.arena, r.redact, r.run, r
	return o
}

// Redact lets r hide what snapshots that are taken later are not to show. It is to be called before the first
// of them, by who made the recorder.
func (r *Recorder) Redact(by transcript.Redactor) { r.redact = by }

// Header returns the record's header.
func (r *Recorder) Header() transcript.Header { return r.header }

// Add records e, which carries no bytes, and gives it its Seq and At.
func (r *Recorder) Add(e transcript.Event) {
	r.mu.Lock()
	r.noteLocked(&e)
	r.mu.Unlock()
}

// addAll records e and what comes with it: no snapshot has the one without the others.
func (r *Recorder) addAll(e *transcript.Event, with []transcript.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tapLocked(e)
	r.addLocked(e)
	for i := range with {
		r.noteLocked(&with[i])
	}
}

// noteLocked records an event that carries no bytes. It needs mu.
func (r *Recorder) noteLocked(e *transcript.Event) {
	r.tapLocked(e)
	if r.limit != nil && r.limit.repeats(r, e) {
		return
	}
	if e.Kind == transcript.Close {
		r.dense.endBytes(nil, e)
	}
	r.addLocked(e)
}

// addDatagrams records datagrams, which are e but for their bytes, and have numbers from e's on.
func (r *Recorder) addDatagrams(e *transcript.Event, all [][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.At = time.Since(r.header.Start)
	for _, p := range all {
		e.Data = p
		r.appendLocked(e)
		e.Offset++
	}
	r.wakeLocked()
}

// addLocked needs mu.
func (r *Recorder) addLocked(e *transcript.Event) {
	if r.tap == nil { // which has had its time
		e.At = time.Since(r.header.Start)
	}
	r.appendLocked(e)
	r.wakeLocked()
}

// appendLocked appends e, which has its At. It needs mu.
func (r *Recorder) appendLocked(e *transcript.Event) {
	r.events.Add(transcript.EntryOf(e))
	if r.trace != nil {
		traced := *e
		traced.Seq = int64(r.events.Len())
		r.trace(traced)
	}
}

func (r *Recorder) wakeLocked() {
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
	if r.main != nil { // whose mu comes after this one's
		r.main.mu.Lock()
		r.main.wakeLocked()
		r.main.mu.Unlock()
	}
}

// Trace has f called with each event as it is recorded, in their order; what only grows an event that is there is
// none. f must not call the recorder's methods.
func (r *Recorder) Trace(f func(transcript.Event)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trace = f
}

// Snapshot returns the record so far. It copies no bytes and costs the same
// however long the record is.
func (r *Recorder) Snapshot() transcript.Transcript {
	r.arena.lend()
	r.mu.Lock()
	defer r.mu.Unlock()
	return transcript.Of(r.header, r.number, r.events.Snapshot()).WithRedactor(r.redact)
}

// Len returns how many events there are.
func (r *Recorder) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events.Len()
}

// Mark returns the position after what is recorded so far. Events that count, or that pieces are added
// to, end there: what comes later is in others.
func (r *Recorder) Mark() transcript.Mark {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.marked = r.events.Len()
	return transcript.Of(r.header, r.number, r.events.Snapshot()).Mark()
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
