package store

import (
	"math/bits"
	"slices"
)

// Events lie in chunks that grow from small to large and never move: adding one copies
// nothing, holds no lock for long, and a snapshot shares them.
const (
	smallChunk = 16
	largeChunk = 512
	growing    = 5 // chunks before the first large one
)

// chunks is a growing list of events. What a copy of it holds does not change.
type chunks struct {
	full [][]Entry // each of them as long as it will ever be
	last []Entry
	n    int // of events
}

// add appends x. Only the original may grow, and no copy.
func (c *chunks) add(x Entry) {
	if len(c.last) == cap(c.last) {
		c.begin(make([]Entry, 0, c.nextSize()))
	}
	c.last = append(c.last, x)
	c.n++
}

// nextSize returns how long the chunk after the last one is.
func (c *chunks) nextSize() int {
	if c.n == 0 {
		return smallChunk
	}
	return min(2*cap(c.last), largeChunk)
}

// begin begins the next chunk.
func (c *chunks) begin(chunk []Entry) {
	if c.n > 0 {
		c.full = append(c.full, c.last)
	}
	c.last = chunk
}

// blank is a chunk of events of which nothing is known. Lists share it, and so it is never changed.
var blank [largeChunk]Entry

// skip appends n blank events.
func (c *chunks) skip(n int) {
	for n > 0 {
		if size := c.nextSize(); len(c.last) == cap(c.last) && n >= size {
			c.begin(blank[:size:size])
			c.n += size
			n -= size
			continue
		}
		c.add(Entry{})
		n--
	}
}

// snapshot returns the list as it is now.
func (c *chunks) snapshot() chunks {
	s := *c
	s.full = s.full[:len(s.full):len(s.full)]
	s.last = s.last[:len(s.last):len(s.last)]
	return s
}

// find returns the chunk that holds position at, and where it begins.
func find(at int) (chunk, start int) {
	if total := smallChunk * (1<<growing - 1); at >= total {
		chunk = (at - total) / largeChunk
		return growing + chunk, total + chunk*largeChunk
	}
	chunk = bits.Len(uint(at/smallChunk+1)) - 1
	return chunk, smallChunk * (1<<chunk - 1)
}

// at returns the event at a position.
func (c *chunks) at(at int) *Entry {
	chunk, start := find(at)
	if chunk < len(c.full) {
		return &c.full[chunk][at-start]
	}
	return &c.last[at-start]
}

// isBlank reports whether a chunk is the one that lists share.
func (c *chunks) isBlank(chunk int) bool {
	part := c.last
	if chunk < len(c.full) {
		part = c.full[chunk]
	}
	return &part[0] == &blank[0]
}

// replace replaces one chunk by a copy, so that no snapshot shares it.
func (c *chunks) replace(chunk int) {
	if chunk < len(c.full) {
		c.full = slices.Clone(c.full)
		c.full[chunk] = slices.Clone(c.full[chunk])
		return
	}
	c.last = append(make([]Entry, 0, cap(c.last)), c.last...)
}

// each yields the events from a position on, with their positions.
func (c *chunks) each(at int, yield func(int, *Entry) bool) {
	if at >= c.n {
		return
	}
	chunk, start := find(at)
	for ; chunk <= len(c.full); chunk++ {
		part := c.last
		if chunk < len(c.full) {
			part = c.full[chunk]
		}
		for i := max(0, at-start); i < len(part); i++ {
			if !yield(start+i, &part[i]) {
				return
			}
		}
		start += len(part)
	}
}
