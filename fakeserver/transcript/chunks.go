package transcript

import "iter"

// Events lie in chunks that grow from small to large and never move: appending
// copies nothing, holds no lock for long, and a snapshot shares them.
const (
	smallChunk = 16
	largeChunk = 512
)

// chunks is a growing list of events. What a copy of it holds does not change.
type chunks struct {
	full [][]Event // each of them as long as it will ever be
	last []Event
	n    int // of events
}

// add appends e. Only the recorder's list may grow.
func (c *chunks) add(e *Event) {
	if len(c.last) == cap(c.last) {
		size := smallChunk
		if c.n > 0 {
			c.full = append(c.full, c.last)
			size = min(2*len(c.last), largeChunk)
		}
		c.last = make([]Event, 0, size)
	}
	c.last = append(c.last, *e)
	c.n++
}

// snapshot returns the list as it is now.
func (c *chunks) snapshot() chunks {
	s := *c
	s.full = s.full[:len(s.full):len(s.full)]
	s.last = s.last[:len(s.last):len(s.last)]
	return s
}

// all returns the events with their indices.
func (c *chunks) all() iter.Seq2[int, *Event] { return c.from(0) }

// from returns the events from index i on.
func (c *chunks) from(i int) iter.Seq2[int, *Event] {
	return func(yield func(int, *Event) bool) {
		at := 0
		for k := range len(c.full) + 1 {
			part := c.last
			if k < len(c.full) {
				part = c.full[k]
			}
			for j := max(0, i-at); j < len(part); j++ {
				if !yield(at+j, &part[j]) {
					return
				}
			}
			at += len(part)
		}
	}
}

// list returns the events in one slice.
func (c *chunks) list() []Event {
	var all []Event
	for _, e := range c.all() {
		all = append(all, *e)
	}
	return all
}
