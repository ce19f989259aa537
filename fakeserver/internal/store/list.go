package store

import "sync/atomic"

// A List is the events of a record while it is written. Its zero value is empty. It has
// one user at a time.
type List struct {
	chunks
	index *index  // of all snapshots; nil before the first
	age   int64   // how many snapshots there were
	owned []int64 // the age at which each chunk was last made the list's own
}

// made is how many records there were.
var made atomic.Int64

// NewNumber returns a number for a record, which no other in this process has.
func NewNumber() int64 { return made.Add(1) }

// Len returns the number of events.
func (l *List) Len() int { return l.n }

// Add appends x.
func (l *List) Add(x Entry) { l.add(x) }

// Skip appends n events of which nothing is known. They take next to no memory, however many they are.
func (l *List) Skip(n int) { l.skip(n) }

// At returns the event at a position, to be read: snapshots may have it.
func (l *List) At(at int) *Entry { return l.at(at) }

// Own returns the event at a position, to be changed: no snapshot has it. But one may have
// what the event points to.
func (l *List) Own(at int) *Entry {
	chunk, _ := find(at)
	for len(l.owned) <= chunk {
		l.owned = append(l.owned, 0)
	}
	if l.owned[chunk] != l.age || l.isBlank(chunk) {
		l.owned[chunk] = l.age
		l.replace(chunk)
	}
	return l.at(at)
}

// Age returns how many snapshots there were. What was made since the last one, no
// snapshot has.
func (l *List) Age() int64 { return l.age }

// Snapshot returns the events as they are now. It copies none, and costs the same however
// many there are.
func (l *List) Snapshot() View {
	if l.index == nil {
		l.index = new(index)
	}
	l.age++
	return View{chunks: l.snapshot(), index: l.index}
}
