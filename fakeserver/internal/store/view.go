package store

import (
	"iter"
	"slices"
)

// A View is the events of a snapshot from a position on, or a part of them. It does not
// change. Its zero value is empty.
type View struct {
	chunks        // all events of the snapshot
	index  *index // of the view's events; nil of the zero value, and of one connection's
	begin  int    // the position of the first event, unless it is a part
	isPart bool
	part   []int // the positions of a part's events
	only   int   // the connection that all events are of, where there is no index
}

// Len returns the number of events.
func (v *View) Len() int {
	if v.isPart {
		return len(v.part)
	}
	return v.n - v.begin
}

// End returns the position after the last event of the snapshot, also of a part of it.
func (v *View) End() int { return v.n }

// At returns the event at a position, which is the same in a part as in the whole.
func (v *View) At(at int) *Entry { return v.at(at) }

// Following returns the event that is i events of v after the one at a position.
func (v *View) Following(at, i int) *Entry {
	if !v.isPart {
		return v.at(at + i)
	}
	return v.at(v.part[v.rank(at)+i])
}

// All returns the events in their order, with their positions. A loop over them allocates nothing: this is small enough to
// be inlined, and what it calls keeps nothing of the loop.
func (v *View) All() iter.Seq2[int, *Entry] {
	return func(yield func(int, *Entry) bool) { v.each(0, yield) }
}

// each yields the events but for the first i, with their positions.
func (v *View) each(i int, yield func(int, *Entry) bool) {
	if !v.isPart {
		v.chunks.each(v.begin+i, yield)
		return
	}
	for _, at := range v.part[min(i, len(v.part)):] {
		if !yield(at, v.at(at)) {
			return
		}
	}
}

// rank returns how many events of a part lie before a position.
func (v *View) rank(at int) int {
	i, _ := slices.BinarySearch(v.part, at)
	return i
}

// Conn returns the events of connection n.
func (v *View) Conn(n int) View {
	switch {
	case v.index != nil:
		return View{chunks: v.chunks, isPart: true, part: v.index.of(v, n), only: n}
	case v.only == n:
		return *v
	}
	return View{chunks: v.chunks, isPart: true}
}

// Conns returns the highest number of a connection, or 0.
func (v *View) Conns() int {
	switch {
	case v.index != nil:
		return max(0, v.index.highestOf(v))
	case v.Len() > 0:
		return max(0, v.only)
	}
	return 0
}

// ByConn returns the connections in rising order, 0 for the server as a whole among them,
// with their events.
func (v *View) ByConn() iter.Seq2[int, View] {
	return func(yield func(int, View) bool) {
		numbers := []int{v.only}
		if v.index != nil {
			numbers = v.index.numbers(v)
		}
		for _, n := range numbers {
			if !yield(n, v.Conn(n)) {
				return
			}
		}
	}
}

// From returns the events from a position on. It lists none of them, and so it costs the
// same however many there are.
func (v *View) From(at int) View {
	switch {
	case v.isPart:
		rest := v.none()
		rest.part = v.part[v.rank(at):]
		return rest
	case at <= v.begin:
		return *v
	}
	rest := View{chunks: v.chunks, begin: min(at, v.n), only: v.only}
	if v.index != nil {
		rest.index = new(index)
	}
	return rest
}

// Where returns the events that is reports true for.
func (v *View) Where(is func(x *Entry) bool) View {
	some := v.none()
	for at, x := range v.All() {
		if is(x) {
			some.part = append(some.part, at)
		}
	}
	return some
}

// none returns the part of v that has no events, to add positions to.
func (v *View) none() View {
	none := View{chunks: v.chunks, isPart: true, only: v.only}
	if v.index != nil {
		none.index = new(index)
	}
	return none
}

// Part returns the events at these positions, which rise.
func (v *View) Part(at []int) View {
	part := v.none()
	part.part = at
	return part
}
