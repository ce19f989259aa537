package fakeserver

import (
	"slices"
	"strings"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A dialogue is one connection of a recording, as Playback goes through it: what the client said, and what the server did
// when so much of that had come.
type dialogue struct {
	conn     int
	accepted int64   // the Seq of its first event
	heard    []byte  // what the client said, as the handler got it
	said     []byte  // what left for the client
	acts     []act   // the server's, in order
	starts   []int64 // where the client's messages begin in heard: after something that the server sent
	waits    []wait  // how long the client took for what it said
	isFull   bool    // the client said nothing that the server left unread or discarded
	isWire   bool    // heard is what the client sent: no rule changes that
	missing  string  // why it can't be played; empty: it can
}

// A wait is how long it took until the client said what begins at an offset.
type wait struct {
	offset int64
	time   time.Duration
}

// An act is one thing that the server did.
type act struct {
	kind  actKind
	seq   int64         // of its event
	after int64         // how many of the client's bytes came before it
	ended bool          // the client had ended its stream before it
	pause time.Duration // between what came last before it and it
	from  int64         // actSend: where it begins in said
	data  []byte        // actSend
	fault transcript.Event
}

type actKind uint8

const (
	actSend  actKind = iota
	actFault         // a rule acted whose effect is in the other acts: that is recorded again
	actFIN           // half-close
	actEnd           // end in order: the handler returns
	actExit          // end as a process's end does
	actRST
)

// dialogueOf returns connection n of a recording, of which t has the events; closing is the Seq of the event with which
// the recording's server began to close.
func dialogueOf(n int, t transcript.Transcript, closing int64) *dialogue {
	d := &dialogue{conn: n, isFull: true, isWire: true}
	r := dialogueReader{dialogue: d, closing: closing}
	for e := range t.All() {
		r.read(e)
	}
	r.finish()
	return d
}

// A dialogueReader makes a dialogue of events.
type dialogueReader struct {
	*dialogue
	closing int64
	last    time.Duration // when what counts for pauses was last
	ended   bool          // the client has
	spoke   bool          // the server, since the client's last byte
	fin     time.Duration // when the server's FIN was
	hasFIN  bool
	dead    bool // the socket is closed
}

func (r *dialogueReader) read(e transcript.Event) {
	switch {
	case e.Kind == transcript.Accept:
		r.last, r.accepted = e.At, e.Seq
	case e.Direction == transcript.FromClient:
		r.readClient(e)
	case r.closing > 0 && e.Seq > r.closing: // the server's own Close did it
	case e.Direction == transcript.ToClient:
		r.readServer(e)
	case e.Kind == transcript.Close && !r.dead:
		r.dead = true
		if r.hasFIN && !r.ended && e.At-r.fin < drainIdle {
			r.acts[r.finAt()].kind = actExit
		}
	}
}

// readClient takes what the client did.
func (r *dialogueReader) readClient(e transcript.Event) {
	switch e.Kind {
	case transcript.Data, transcript.Discarded:
		if e.Kind == transcript.Discarded && !e.AtClose {
			r.leave(e)
			return
		}
		if !r.keeps(e, int64(len(r.heard))) {
			return
		}
		if r.spoke || len(r.heard) == 0 {
			r.starts, r.spoke = append(r.starts, int64(len(r.heard))), false
		}
		r.waits = append(r.waits, wait{int64(len(r.heard)), e.At - r.last})
		r.heard = append(r.heard, e.Data...)
		r.last = e.At
	case transcript.Unread:
		if !e.AtClose {
			r.leave(e)
			r.heard = r.heard[:min(int64(len(r.heard)), max(0, e.Offset))]
		}
	case transcript.FIN, transcript.RST:
		r.noteLeft()
		r.ended = true
		r.last = e.At
	case transcript.Fault:
		if r.closing == 0 || e.Seq < r.closing {
			r.add(act{kind: actFault, fault: e}, e)
		}
	}
}

// noteLeft is called when it is found that the client takes nothing any more, and reports whether it had ended its stream before: that was no
// half-close, as it had closed its socket, and what the server did since then did not wait for it. A client that stays gets all
// that.
func (r *dialogueReader) noteLeft() (had bool) {
	if r.ended {
		for i := range r.acts {
			r.acts[i].ended = false
		}
	}
	return r.ended
}

// leave takes note that the handler did not hear any more: it had ended, and if a FIN had left before, that is how one knows.
func (r *dialogueReader) leave(e transcript.Event) {
	if r.isFull && r.hasFIN && !r.dead && (r.closing == 0 || e.Seq < r.closing) {
		r.add(act{kind: actEnd}, e)
	}
	r.isFull = false
}

// keeps reports whether the record has the event's bytes, and those before it.
func (r *dialogueReader) keeps(e transcript.Event, next int64) bool {
	switch {
	case r.missing != "":
	case e.Data == nil && e.Count > 0:
		r.missing = "the recording did not keep all of its bytes: record again without a RecordLimit, or with a larger one"
	case e.Offset != next:
		r.missing = "the recording has not the beginning of it: it is a part of a record"
	}
	return r.missing == ""
}

// readServer takes what the server did.
func (r *dialogueReader) readServer(e transcript.Event) {
	switch e.Kind {
	case transcript.Data:
		if r.keeps(e, int64(len(r.said))) {
			r.add(act{kind: actSend, from: int64(len(r.said)), data: e.Data}, e)
			r.said, r.spoke = append(r.said, e.Data...), true
		}
	case transcript.Unsent:
		if !r.noteLeft() {
			r.takeBack(e.Offset)
		}
	case transcript.FIN:
		r.fin, r.hasFIN = e.At, true
		r.add(act{kind: actFIN}, e)
	case transcript.FINUnsent:
		if at := r.finAt(); at >= 0 && !r.noteLeft() {
			r.acts, r.hasFIN = append(r.acts[:at], r.acts[at+1:]...), false
		}
	case transcript.RST:
		r.add(act{kind: actRST, fault: e}, e)
	case transcript.Fault:
		r.add(act{kind: actFault, fault: e}, e)
	}
}

func (r *dialogueReader) add(a act, e transcript.Event) {
	a.seq, a.after, a.ended, a.pause = e.Seq, int64(len(r.heard)), r.ended, max(0, e.At-r.last)
	r.acts = append(r.acts, a)
	if a.kind != actFault { // which may be left out
		r.last = e.At
	}
}

// takeBack takes back what was sent from an offset on.
func (r *dialogueReader) takeBack(from int64) {
	kept := r.acts[:0]
	for _, a := range r.acts {
		if a.kind == actSend && a.from+int64(len(a.data)) > from {
			if a.data = a.data[:max(0, from-a.from)]; len(a.data) == 0 {
				continue
			}
		}
		kept = append(kept, a)
	}
	r.acts = kept
	r.said = r.said[:min(int64(len(r.said)), max(0, from))]
}

// finAt returns the index of the FIN among the acts; -1: there is none.
func (r *dialogueReader) finAt() int {
	for i := len(r.acts) - 1; i >= 0; i-- {
		if k := r.acts[i].kind; k == actFIN || k == actExit {
			return i
		}
	}
	return -1
}

// finish makes the end of the handler of a FIN after which it heard nothing.
func (r *dialogueReader) finish() {
	if at := r.finAt(); at >= 0 && r.acts[at].kind == actFIN && r.acts[at].after >= int64(len(r.heard)) && r.isLast(at) {
		r.acts[at].kind = actEnd
	}
	for i := range r.acts { // what was taken back may have come before them
		r.acts[i].after = min(r.acts[i].after, int64(len(r.heard)))
	}
	for len(r.starts) > 0 && r.starts[len(r.starts)-1] >= int64(len(r.heard)) {
		r.starts = r.starts[:len(r.starts)-1]
	}
}

// isLast reports whether nothing but faults comes after an act.
func (r *dialogueReader) isLast(at int) bool {
	for _, a := range r.acts[at+1:] {
		if a.kind != actFault {
			return false
		}
	}
	return true
}

// isOver reports whether the server ended the connection before the client did.
func (d *dialogue) isOver() bool {
	return slices.ContainsFunc(d.acts, func(a act) bool { return !a.ended && (a.kind == actEnd || a.kind == actExit || a.kind == actRST) })
}

// toHear returns how many of the acts, the first, do not wait for the client's end.
func (d *dialogue) toHear() int {
	n := slices.IndexFunc(d.acts, func(a act) bool { return a.ended })
	if n < 0 {
		return len(d.acts)
	}
	return n
}

// answersEnd reports whether the server sent something after the client's end.
func (d *dialogue) answersEnd() bool {
	return slices.ContainsFunc(d.acts, func(a act) bool { return a.ended && a.kind == actSend })
}

// waitAt returns how long the recorded client took for what it said at an offset.
func (d *dialogue) waitAt(offset int64) (took time.Duration) {
	for _, w := range d.waits {
		if w.offset > offset {
			break
		}
		took = w.time
	}
	return took
}

// firstMessage returns where the client's first message ends; zero: the server spoke first, or the client said nothing.
func (d *dialogue) firstMessage() int64 {
	for _, a := range d.acts {
		if a.kind != actFault {
			return a.after
		}
	}
	return int64(len(d.heard))
}

// closingOf returns the Seq of the event with which the server of a record began to close; zero: it has none.
func closingOf(t transcript.Transcript) (seq int64) {
	for e := range t.Conn(0).All() {
		if e.Kind == transcript.Refused && strings.HasPrefix(e.Text, "closed") {
			seq = e.Seq
		}
	}
	return seq
}
