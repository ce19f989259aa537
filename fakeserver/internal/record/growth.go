package record

import (
	"github.com/fakewire/fakewire/fakeserver/internal/store"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A growth is an event that grows.
type growth struct {
	open bool
	at   int   // its position
	age  int64 // of the list, when its numbers were last made its own
}

// beginLocked records e as an event that grows. It needs mu.
func (r *Recorder) beginLocked(e *transcript.Event) growth {
	e.Times = 1
	r.addLocked(e)
	return growth{open: true, at: r.events.Len() - 1, age: r.events.Age()}
}

// growsLocked reports whether the event of g may count more. It needs mu.
func (r *Recorder) growsLocked(g *growth) bool { return g.open && g.at >= r.marked }

// growLocked counts e in the event of g. It needs mu.
func (r *Recorder) growLocked(g *growth, e *transcript.Event) {
	m := g.own(&r.events)
	m.Count += e.Count
	m.Times++
	m.Sum = e.Sum
	if m.Text != e.Text {
		m.Text = ""
	}
	r.wakeLocked()
}

// own returns the numbers of the event of g, to be changed: a copy, if a snapshot has
// them.
func (g *growth) own(events *store.List) *store.More {
	if age := events.Age(); g.age != age {
		x := events.Own(g.at)
		m := *x.More
		x.More, g.age = &m, age
	}
	return events.At(g.at).More
}
