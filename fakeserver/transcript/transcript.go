package transcript

import (
	"iter"
	"math"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/store"
)

// A Transcript is an immutable snapshot of a record, or a part of one. Its zero value is
// empty.
//
// A query takes time in proportion to the events it is about: of a Conn, those of that
// connection. Only the first query of a snapshot also walks what was recorded since the one
// before.
type Transcript struct {
	header Header
	record int64 // the number of the record in this process: two may have the same header
	events store.View
	begin  int         // the position after which the events are, if they are those since a mark
	whole  *store.View // then, the events of which they are the last; else nil

	redaction *redaction // of all parts of the snapshot; nil: nothing is to be hidden
}

// Of returns the transcript of these events, which it shares. The number is that of their record,
// which no other has. Only the packages of this module can call it: servers do, with the events
// that they have recorded.
func Of(h Header, record int64, events store.View) Transcript {
	return Transcript{header: h, record: record, events: events}
}

// part returns the transcript of some of t's events.
func (t Transcript) part(events store.View) Transcript {
	t.events = events
	return t
}

// Header says what this is a record of.
func (t Transcript) Header() Header { return t.header }

// Len returns the number of events.
func (t Transcript) Len() int { return t.events.Len() }

// All returns the events in their order.
func (t Transcript) All() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for at, x := range t.events.All() {
			if !yield((*entry)(x).event(at)) {
				return
			}
		}
	}
}

// Conn returns the events of connection or peer n. It is empty if there was no
// such connection.
func (t Transcript) Conn(n int) Transcript { return t.part(t.events.Conn(n)) }

// Conns returns how many connections the server accepted, or how many peers there
// were: sockets that sent it a datagram, or that it sent one. Of a part of a record it is
// the highest number there.
func (t Transcript) Conns() int { return t.events.Conns() }

// After returns the events after the one whose Seq is seq; if zero, all. To look at each
// event once as they come, begin with zero and go on with the Seq of the last one. It costs
// the same however many events there are. An event that counts what RecordLimit did not keep
// may grow after it was looked at.
func (t Transcript) After(seq int64) Transcript {
	at := int(min(max(seq, 0), math.MaxInt))
	rest := t.part(t.events.From(at))
	if rest.begin = max(at, t.begin); rest.whole == nil && at > 0 {
		rest.whole = &t.events
	}
	return rest
}

// Kind returns the events of one kind.
func (t Transcript) Kind(k Kind) Transcript {
	return t.part(t.events.Where(func(x *store.Entry) bool { return Kind(x.Kind) == k }))
}

// Faults returns the events in which a rule of the plan acted.
func (t Transcript) Faults() []Event { return slices.Collect(t.Kind(Fault).All()) }

// Drops returns how many datagrams the kernel lost for want of buffer space.
func (t Transcript) Drops() int64 {
	var n int64
	for _, x := range t.events.All() {
		if e := (*entry)(x); e.kind() == Drop {
			n += e.count()
		}
	}
	return n
}
