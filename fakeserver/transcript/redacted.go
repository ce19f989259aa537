package transcript

import (
	"sync"

	"github.com/fakewire/fakewire/fakeserver/internal/store"
)

// WithRedactor returns t with r, which hides what String, Dump and whatever else shows t are not to
// show, beside what t's own Redactor hides: in a record that was read from a file, say. If r is nil, it returns t. A server's transcripts have its Config's Redact.
func (t Transcript) WithRedactor(r Redactor) Transcript {
	if r == nil {
		return t
	}
	var own Redactor
	if t.redaction != nil {
		own = t.redaction.by
	}
	whole := t.events
	if t.whole != nil {
		whole = *t.whole
	}
	t.redaction = &redaction{by: own.And(r), record: whole}
	return t
}

// Redacted returns t as it may be shown, in which nothing is left to hide: with the bytes and texts that its Redactor
// leaves, without checksums, from which short secrets can be found, and with addresses as they are. Events keep
// their numbers, and their bytes their offsets. Without a Redactor it returns t.
func (t Transcript) Redacted() Transcript {
	x := t.redaction
	if x == nil {
		return t
	}
	x.make()
	t.header.Name = x.text(t.header.Name)
	t.events = t.events.Of(x.shown)
	if t.whole != nil {
		whole := t.whole.Of(x.shown)
		t.whole = &whole
	}
	t.redaction = nil
	return t
}

// Redact returns a text about t as it may be shown, such as an error's: what t's Redactor leaves of it, and of
// strings in it that are quoted as in Go, without what that hid of t's bytes. Without a Redactor it returns text.
func (t Transcript) Redact(text string) string {
	if t.redaction == nil {
		return text
	}
	t.redaction.make()
	return t.redaction.text(text)
}

// A redaction is how a transcript is shown. It is made when that first is; all parts of the transcript share it.
type redaction struct {
	by     Redactor
	record store.View // that was given the Redactor, and of which all others are parts

	once    sync.Once  // makes what follows
	shown   store.View // the events as they may be shown
	secrets secrets    // what was hidden of their bytes

	mu    sync.Mutex // guards texts
	texts map[string]string
}

// make makes x, once.
func (x *redaction) make() {
	x.once.Do(func() {
		h := hiding{by: x.by, record: &x.record, edits: map[int]*edit{}}
		h.hide()
		x.secrets = h.secrets
		x.shown = x.record.Edit(func(at int, e *store.Entry) { x.edit(e, h.edits[at]) })
	})
}

// edit makes e what it is shown as, with what is to be hidden of its bytes; nil: nothing.
func (x *redaction) edit(e *store.Entry, by *edit) {
	more := store.More{}
	if e.More != nil {
		more = *e.More
		more.Rule, more.Text = x.text(more.Rule), x.text(more.Text)
		if (*entry)(e).sumsBytes() {
			more.Sum = 0
		}
	}
	if by != nil {
		if by.data != nil {
			e.Data = by.data
		}
		if by.note != "" && more.Text != "" {
			more.Text += "; "
		}
		more.Text += by.note
	}
	*e = store.Entry{At: e.At, Conn: e.Conn, Offset: e.Offset, Data: e.Data, Peer: e.Peer, Direction: e.Direction, Kind: e.Kind}.With(more)
}

// sumsBytes reports whether the event's Sum is a checksum of bytes.
func (x *entry) sumsBytes() bool {
	return x.carriesBytes() || x.kind() == Datagram || x.kind() == Unsent
}
