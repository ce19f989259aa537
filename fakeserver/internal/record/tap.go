package record

import (
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A Tap gets all that is recorded, as it is recorded: each event with all of its bytes, also those that the limit keeps out
// of the record, and none that stands for many.
type Tap interface {
	// Event is called for each event, in their order, with its At and without a Seq. The recorder is locked meanwhile: it must
	// be quick, and not call the recorder's methods. The event and its Data are valid until it returns.
	Event(e *transcript.Event)
	// Room is called by what has recorded bytes, after that, without a lock of the recorder's. It may wait, which slows down
	// that lane.
	Room()
}

// Tap lets t have what is recorded from now on. It is to be called before anything is, by who made the recorder.
func (r *Recorder) Tap(t Tap) { r.tap = t }

// tapLocked hands e to the tap. It needs mu.
func (r *Recorder) tapLocked(e *transcript.Event) {
	if r.tap == nil {
		return
	}
	e.At = time.Since(r.header.Start)
	r.tapCopy(*e)
}

// tapBytesLocked is tapLocked for e with the bytes p, which the record may not keep. It needs mu.
func (r *Recorder) tapBytesLocked(e *transcript.Event, p []byte) {
	if r.tap == nil {
		return
	}
	e.At = time.Since(r.header.Start)
	tapped := *e
	tapped.Data, tapped.Count, tapped.Sum = p, 0, 0
	if p == nil {
		tapped.Data = []byte{} // an empty datagram is one
	}
	r.tapCopy(tapped)
}

// tapCopy hands a copy of an event to the tap, so that events of a record without one need no memory of their own.
func (r *Recorder) tapCopy(e transcript.Event) { r.tap.Event(&e) }

// room lets the tap wait.
func (l *Lane) room() {
	if l.rec.tap != nil {
		l.rec.tap.Room()
	}
}
