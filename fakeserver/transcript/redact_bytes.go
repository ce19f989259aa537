package transcript

import (
	"bytes"

	"github.com/fakewire/fakewire/fakeserver/internal/store"
)

// A hiding finds out what is to be hidden of a record's bytes.
type hiding struct {
	by      Redactor
	record  *store.View
	edits   map[int]*edit // of events, by their positions
	secrets secrets
}

// An edit is how an event with bytes is shown.
type edit struct {
	data []byte // nil: as they are
	note string
}

// refitted is the note where a Redactor gave another number of bytes.
const refitted = "redacted to another length: all that differs is *"

// context is how much of a stream is looked at together with what was taken back after it.
const context = 64 << 10

// hide goes through all events.
func (h *hiding) hide() {
	runs := map[sideKey]*stretch{}
	for at, stored := range h.record.All() {
		e := (*entry)(stored)
		key := sideKey{e.Conn, e.dir()}
		switch r := runs[key]; {
		case len(e.Data) > 0 && e.kind() == Datagram:
			r := stretch{conn: e.Conn, dir: e.dir(), begin: e.Offset, pieces: []share{{at, 0, e.Data}}}
			h.apply(&r, Excerpt{datagram: true})
		case len(e.Data) > 0 && e.carriesBytes():
			if r == nil || r.end != e.Offset {
				h.apply(r, Excerpt{})
				r = &stretch{conn: e.Conn, dir: e.dir(), begin: e.Offset, end: e.Offset}
				runs[key] = r
			}
			r.add(share{at, 0, e.Data})
		case e.kind() == Unsent && r != nil && e.Offset < r.end:
			h.apply(r.between(e.Offset-context, r.end), Excerpt{})
			runs[key] = r.between(r.begin, e.Offset)
		}
	}
	for _, r := range runs {
		h.apply(r, Excerpt{})
	}
}

// apply lets the Redactor hide what it will of a stretch, which may be nil.
func (h *hiding) apply(r *stretch, x Excerpt) {
	if r == nil || len(r.pieces) == 0 {
		return
	}
	data, resized := r.join(), false
	x.Conn, x.Direction, x.Offset, x.resized = r.conn, r.dir, r.begin, &resized
	shown := x.hiddenBy(h.by, data)
	h.secrets.learn(data, shown)
	noted := r.pieces[0].at
	for i, at := len(r.pieces)-1, len(data); i >= 0; i-- {
		p := r.pieces[i]
		at -= len(p.data)
		if new := shown[at : at+len(p.data)]; !bytes.Equal(new, p.data) {
			h.show(p, new)
			noted = p.at
		}
	}
	if resized {
		h.edit(noted).note = refitted
	}
}

// show lets a share be shown as these bytes. What is as it was stays as it is shown already.
func (h *hiding) show(p share, new []byte) {
	e := h.edit(p.at)
	if e.data == nil {
		e.data = bytes.Clone(h.record.At(p.at).Data)
	}
	for i, c := range new {
		if c != p.data[i] {
			e.data[p.skipped+i] = c
		}
	}
}

// edit returns that of the event at a position, which may be new.
func (h *hiding) edit(at int) *edit {
	if h.edits[at] == nil {
		h.edits[at] = new(edit)
	}
	return h.edits[at]
}

// A stretch is bytes of a stream without a gap, or a datagram.
type stretch struct {
	conn       int
	dir        Direction
	begin, end int64 // offsets
	pieces     []share
}

// A share is what a stretch has of an event.
type share struct {
	at      int // the event's position
	skipped int // how many of the event's bytes come before it
	data    []byte
}

func (r *stretch) add(p share) {
	r.pieces = append(r.pieces, p)
	r.end += int64(len(p.data))
}

// join returns the stretch's bytes in one piece.
func (r *stretch) join() []byte {
	if len(r.pieces) == 1 {
		return r.pieces[0].data
	}
	all := make([]byte, 0, r.end-r.begin)
	for _, p := range r.pieces {
		all = append(all, p.data...)
	}
	return all
}

// between returns the part of a stretch that lies between two offsets.
func (r *stretch) between(from, to int64) *stretch {
	part := &stretch{conn: r.conn, dir: r.dir, begin: max(from, r.begin)}
	part.end = part.begin
	at := r.begin
	for _, p := range r.pieces {
		n := int64(len(p.data))
		low, high := min(max(from-at, 0), n), min(max(to-at, 0), n)
		if low < high {
			part.add(share{p.at, p.skipped + int(low), p.data[low:high]})
		}
		at += n
	}
	return part
}
