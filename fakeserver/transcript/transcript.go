package transcript

import (
	"iter"
	"slices"
)

// A Transcript is an immutable snapshot of a record, or a part of one. Its zero value is
// empty.
//
// A question takes as long as there are events of what it is about: one to a Conn, those
// of that connection. Only the first question to a snapshot also goes through what was
// recorded since the last one.
type Transcript struct {
	header Header
	events chunks // all that were recorded
	index  *index // of these, or of the part's; nil of the zero value, and of one connection's
	isPart bool
	part   []int // the positions of a part's events
	only   int   // the connection that all events are of, where there is no index
}

// Header says what this is a record of.
func (t Transcript) Header() Header { return t.header }

// Len returns the number of events.
func (t Transcript) Len() int {
	if t.isPart {
		return len(t.part)
	}
	return t.events.n
}

// All returns the events in their order.
func (t Transcript) All() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for at, e := range t.from(0) {
			if !yield(e.event(at)) {
				return
			}
		}
	}
}

// from returns the events but for the first i, with their positions.
func (t *Transcript) from(i int) iter.Seq2[int, *entry] {
	if !t.isPart {
		return t.events.from(i)
	}
	return func(yield func(int, *entry) bool) {
		for _, at := range t.part[min(i, len(t.part)):] {
			if !yield(at, t.events.at(at)) {
				return
			}
		}
	}
}

// Conn returns the events of connection or peer n. It is empty if there was no
// such connection.
func (t Transcript) Conn(n int) Transcript {
	switch {
	case t.index != nil:
		return Transcript{header: t.header, events: t.events, isPart: true, part: t.index.of(&t, n), only: n}
	case t.only == n:
		return t
	}
	return Transcript{header: t.header}
}

// Conns returns how many connections the server accepted, or how many peers there
// were: sockets that sent it a datagram, or that it sent one.
func (t Transcript) Conns() int {
	switch {
	case t.index != nil:
		return max(0, t.index.highestOf(&t))
	case t.Len() > 0:
		return max(0, t.only)
	}
	return 0
}

// each returns the connections of t in rising order, 0 for the server as a whole among
// them.
func (t *Transcript) each() iter.Seq2[int, Transcript] {
	return func(yield func(int, Transcript) bool) {
		numbers := []int{t.only}
		if t.index != nil {
			numbers = t.index.numbers(t)
		}
		for _, n := range numbers {
			if !yield(n, t.Conn(n)) {
				return
			}
		}
	}
}

// After returns the events after the one whose Seq is seq; of zero, all. To look at each
// event once while they come, begin with zero and go on with the Seq of the last one. An
// event that counts what RecordLimit did not keep may grow after it was looked at.
func (t Transcript) After(seq int64) Transcript {
	i := int(min(max(seq, 0), int64(t.events.n)))
	if t.isPart {
		t.part = t.part[t.place(i):]
		if t.index != nil {
			t.index = new(index)
		}
		return t
	}
	rest := t.none()
	for at := i; at < t.events.n; at++ {
		rest.part = append(rest.part, at)
	}
	return rest
}

// place returns the index in part of the first event from position at on.
func (t *Transcript) place(at int) int {
	i, _ := slices.BinarySearch(t.part, at)
	return i
}

// Kind returns the events of one kind.
func (t Transcript) Kind(k Kind) Transcript {
	some := t.none()
	for at, e := range t.from(0) {
		if e.kind == k {
			some.part = append(some.part, at)
		}
	}
	return some
}

// none returns the part of t that has no events, to add positions to.
func (t Transcript) none() Transcript {
	t.isPart, t.part = true, nil
	if t.index != nil {
		t.index = new(index)
	}
	return t
}

// Faults returns the events in which a rule of the plan acted.
func (t Transcript) Faults() []Event { return slices.Collect(t.Kind(Fault).All()) }

// Drops returns how many datagrams the kernel lost for want of buffer space.
func (t Transcript) Drops() int64 {
	var n int64
	for _, e := range t.from(0) {
		if e.kind == Drop {
			n += e.count()
		}
	}
	return n
}
