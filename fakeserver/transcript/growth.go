package transcript

// A growth is an event that grows.
type growth struct {
	open bool
	at   int   // its position
	age  int64 // when its numbers were last made its own
}

// begin records e as an event that grows. It needs the recorder's mu.
func (l *limit) begin(r *Recorder, e *Event) growth {
	e.Times = 1
	r.addLocked(e)
	return growth{open: true, at: r.events.n - 1, age: l.age}
}

// grow counts e in the event of g. It needs the recorder's mu.
func (l *limit) grow(r *Recorder, g *growth, e *Event) {
	m := l.own(r, g)
	m.count += e.Count
	m.times++
	m.sum = e.Sum
	if m.text != e.Text {
		m.text = ""
	}
	r.wakeLocked()
}

// own returns the numbers of the event of g, to be changed: a copy, if a snapshot has
// them. It needs the recorder's mu.
func (l *limit) own(r *Recorder, g *growth) *more {
	if g.age != l.age {
		x := l.ownEntry(r, g.at)
		m := *x.more
		x.more = &m
		g.age = l.age
	}
	return r.events.at(g.at).more
}

// ownEntry returns the event at a position, to be changed: in a copy of its chunk, if a
// snapshot has that. It needs the recorder's mu.
func (l *limit) ownEntry(r *Recorder, at int) *entry {
	chunk, _ := find(at)
	for len(l.chunks) <= chunk {
		l.chunks = append(l.chunks, 0)
	}
	if l.chunks[chunk] != l.age {
		l.chunks[chunk] = l.age
		r.events.replace(chunk)
	}
	return r.events.at(at)
}
