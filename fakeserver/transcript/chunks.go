package transcript

import (
	"iter"
	"math/bits"
	"slices"
)

// Events lie in chunks that grow from small to large and never move: appending
// copies nothing, holds no lock for long, and a snapshot shares them.
const (
	smallChunk = 16
	largeChunk = 512
	growing    = 5 // chunks before the first large one
)

// chunks is a growing list of events. What a copy of it holds does not change.
type chunks struct {
	full [][]entry // each of them as long as it will ever be
	last []entry
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
		c.last = make([]entry, 0, size)
	}
	c.last = append(c.last, newEntry(e))
	c.n++
}

// snapshot returns the list as it is now.
func (c *chunks) snapshot() chunks {
	s := *c
	s.full = s.full[:len(s.full):len(s.full)]
	s.last = s.last[:len(s.last):len(s.last)]
	return s
}

// find returns the chunk that holds position i, and where it begins.
func find(i int) (chunk, start int) {
	if total := smallChunk * (1<<growing - 1); i >= total {
		chunk = (i - total) / largeChunk
		return growing + chunk, total + chunk*largeChunk
	}
	chunk = bits.Len(uint(i/smallChunk+1)) - 1
	return chunk, smallChunk * (1<<chunk - 1)
}

// at returns the event at position i.
func (c *chunks) at(i int) *entry {
	chunk, start := find(i)
	if chunk < len(c.full) {
		return &c.full[chunk][i-start]
	}
	return &c.last[i-start]
}

// replace lets *c have a copy of its own of one chunk, whose events snapshots share.
func (c *chunks) replace(chunk int) {
	if chunk < len(c.full) {
		c.full = slices.Clone(c.full)
		c.full[chunk] = slices.Clone(c.full[chunk])
		return
	}
	c.last = append(make([]entry, 0, cap(c.last)), c.last...)
}

// from returns the events from position i on, with their positions.
func (c *chunks) from(i int) iter.Seq2[int, *entry] {
	return func(yield func(int, *entry) bool) {
		if i >= c.n {
			return
		}
		chunk, start := find(i)
		for ; chunk <= len(c.full); chunk++ {
			part := c.last
			if chunk < len(c.full) {
				part = c.full[chunk]
			}
			for j := max(0, i-start); j < len(part); j++ {
				if !yield(start+j, &part[j]) {
					return
				}
			}
			start += len(part)
		}
	}
}
