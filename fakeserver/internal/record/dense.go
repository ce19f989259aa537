package record

import (
	"unsafe"

	"github.com/fakewire/fakewire/fakeserver/internal/store"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// maxDense is how many boundaries of one rule, and how many pieces, one direction of one
// connection has in events of their own. A stream that is cut into single bytes would
// otherwise take a hundred times its size.
const maxDense = 1 << 16

// AddDense is Add for an event that may come for each byte of a stream, such as a boundary.
// Of one rule in one direction of one connection the first 65,536 are events of their own;
// the rest are one more, which says how many Times there were and has a checksum of their
// offsets. With a limit it is Add.
func (r *Recorder) AddDense(e transcript.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.limit != nil {
		r.noteLocked(&e)
		return
	}
	r.tapLocked(&e)
	if !r.dense.repeats(r, &e) {
		r.addLocked(&e)
	}
}

// addPiece records e, a piece of a stream that came in very many: as a part of the last event, if
// that is the piece before it, and adjacent to it in memory.
func (r *Recorder) addPiece(e *transcript.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tapLocked(e)
	last := r.events.Len() - 1
	if last < r.marked || !goesOn(r.events.At(last), e) {
		r.addLocked(e)
		return
	}
	x := r.events.Own(last)
	x.Data = x.Data[:len(x.Data)+len(e.Data)]
	r.wakeLocked()
}

// goesOn reports whether e is the next piece of x's stream, and follows it in memory.
func goesOn(x *store.Entry, e *transcript.Event) bool {
	n := len(x.Data)
	return transcript.Kind(x.Kind) == transcript.Data && x.Conn == e.Conn && transcript.Direction(x.Direction) == e.Direction &&
		x.Offset+int64(n) == e.Offset && x.More == nil && n > 0 && len(e.Data) > 0 && cap(x.Data) >= n+len(e.Data) &&
		unsafe.SliceData(x.Data[n:n+1]) == unsafe.SliceData(e.Data)
}
