package fakeserver

import (
	"bytes"
	"slices"
)

// A checker compares what a client says with what is expected, as it comes. Its outcome does not depend on how that is cut.
type checker struct {
	x     *expectation
	masks []*mask
	position
	pending []byte // what came, and is not checked yet, since a pattern may still match it: from position.got

	begins []int64 // where the messages began so far, in what came
	first  int64   // the offset of kept
	kept   []byte  // what came since the message before the last one began

	diverged bool
}

// A position is how far a stream has come, and to where in the expected one that is.
type position struct {
	got    int64
	want   int64
	run    int   // the run that it is in, or the next
	inRun  bool  // then want is where the run begins
	length int64 // how much came of the run so far
}

func newChecker(x *expectation) *checker {
	c := &checker{x: x}
	for _, spec := range x.masks {
		c.masks = append(c.masks, spec.mask())
	}
	return c
}

// feed takes what came next. It reports whether that is as expected so far.
func (c *checker) feed(b []byte) bool {
	for _, m := range c.masks {
		m.feed(b)
	}
	c.keep(b)
	c.pending = append(c.pending, b...)
	return c.check()
}

// maxKept is about how much of one message is kept for errors.
const maxKept = 1 << 20

// keep keeps b for errors, and for what is carried.
func (c *checker) keep(b []byte) {
	if c.kept = append(c.kept, b...); len(c.kept) > maxKept && len(c.x.fixed) == 0 {
		n := len(c.kept) - maxKept/4
		c.kept, c.first = slices.Clone(c.kept[n:]), c.first+int64(n)
	}
}

// end says that the client has ended its stream. It reports whether what came is as expected; what is missing is for
// isComplete to say.
func (c *checker) end() bool {
	for _, m := range c.masks {
		m.end()
	}
	return c.check()
}

// check goes on as far as the masks are certain.
func (c *checker) check() bool {
	certain := c.got + int64(len(c.pending))
	for _, m := range c.masks {
		certain = min(certain, m.decided)
	}
	sure := c.pending[:max(0, certain-c.got)]
	n := 0
	for n < len(sure) && !c.diverged {
		k, ok := c.x.advance(&c.position, sure[n:], c.isMasked, c.begin)
		n += k
		c.diverged = !ok
	}
	if c.pending = c.pending[n:]; len(c.pending) == 0 {
		c.pending = nil
	}
	return !c.diverged
}

// advance takes at least one of the bytes b, which came at p, or reports false if it is not what is expected there. begins
// is called where a message begins.
func (x *expectation) advance(p *position, b []byte, isMasked func(int64) bool, begins func(got int64)) (n int, ok bool) {
	if x.isExact() {
		return x.advanceExactly(p, b, begins)
	}
	if !p.inRun && x.startsAt(p.want) || p.inRun && x.runs[p.run].isFixed && x.startsAt(p.want+p.length) {
		begins(p.got)
	}
	atRun := p.run < len(x.runs) && (p.inRun || x.runs[p.run].from == p.want)
	if isMasked(p.got) {
		if !atRun {
			return 0, false
		}
		p.inRun = true
		p.length++
		p.got++
		return 1, true
	}
	if p.inRun {
		p.want, p.inRun, p.length = x.runs[p.run].to, false, 0
		p.run++
		if x.startsAt(p.want) {
			begins(p.got)
		}
	} else if atRun {
		return 0, false
	}
	if p.want >= int64(len(x.data)) || x.data[p.want] != b[0] {
		return 0, false
	}
	p.want++
	p.got++
	return 1, true
}

// startsAt reports whether a message begins at an offset.
func (x *expectation) startsAt(offset int64) bool {
	_, found := slices.BinarySearch(x.starts, offset)
	return found
}

// advanceExactly is advance where nothing may differ.
func (x *expectation) advanceExactly(p *position, b []byte, begins func(got int64)) (n int, ok bool) {
	i, found := slices.BinarySearch(x.starts, p.want)
	if found {
		begins(p.got)
		i++
	}
	end := int64(len(x.data))
	if i < len(x.starts) {
		end = x.starts[i]
	}
	rest := x.data[p.want:end]
	rest = rest[:min(len(rest), len(b))]
	if n = len(rest); n == 0 {
		return 0, false
	}
	if ok = bytes.Equal(rest, b[:n]); !ok {
		for n = 0; rest[n] == b[n]; n++ {
		}
	}
	p.want += int64(n)
	p.got += int64(n)
	return n, ok
}

// isMasked reports whether the byte at an offset of what came may be any.
func (c *checker) isMasked(got int64) bool { return c.isMaskedBy(c.masks, got) }

func (c *checker) isMaskedBy(masks []*mask, got int64) (masked bool) {
	for _, m := range masks {
		masked = m.has(got) || masked
	}
	for _, r := range c.x.ranges {
		masked = masked || r.from <= got && got < r.to
	}
	if n := len(c.begins); n > 0 {
		for _, f := range c.x.fixed {
			s := f.Request.in(span{c.begins[n-1], got + 1})
			masked = masked || s.from <= got && got < s.to
		}
	}
	return masked
}

// begin says that a message begins.
func (c *checker) begin(got int64) {
	if n := len(c.begins); n > 0 {
		if c.begins[n-1] == got {
			return
		}
		if before := c.begins[n-1]; len(c.x.fixed) == 0 { // whose values are in what is kept
			c.kept, c.first = slices.Clone(c.kept[max(0, before-c.first):]), max(before, c.first)
		}
	}
	c.begins = append(c.begins, got)
}

// reach returns how far in the expected stream the client has come. What still could go on is over if isQuiet: nothing more came for
// a while. open reports whether that matters.
func (c *checker) reach(isQuiet bool) (want int64, open bool) {
	p := c.position
	held := false
	if len(c.pending) > 0 {
		held = c.lookAhead(&p)
	}
	if !p.inRun {
		return p.want, false
	}
	r := c.x.runs[p.run]
	switch came := r.from + p.length; {
	case r.isFixed:
		return min(came, r.to), false
	case came == r.to && !held, isQuiet:
		return r.to, false
	}
	return r.from, true
}

// lookAhead goes on from p as if the stream ended here, and reports whether a pattern could match more than it has.
func (c *checker) lookAhead(p *position) (held bool) {
	masks := make([]*mask, len(c.masks))
	for i, m := range c.masks {
		masks[i] = m.ifEnded()
	}
	isMasked := func(got int64) bool { return c.isMaskedBy(masks, got) }
	for _, b := range c.pending {
		held = isMasked(p.got)
		if _, ok := c.x.advance(p, []byte{b}, isMasked, func(int64) {}); !ok {
			return false
		}
	}
	return held
}

// isComplete reports whether all that is expected came, if the stream ends here.
func (c *checker) isComplete() bool {
	p, end := c.position, int64(len(c.x.data))
	if len(c.pending) > 0 {
		c.lookAhead(&p)
	}
	if p.inRun {
		return c.x.runs[p.run].to == end
	}
	beyond := slices.ContainsFunc(c.x.ranges, func(r span) bool { return r.to > p.got }) // which may be there or not
	if p.run < len(c.x.runs) {
		r := c.x.runs[p.run]
		return beyond && r.from == p.want && r.to == end
	}
	return p.want == end && !beyond
}

// room returns how many bytes come at least before what is expected is complete; zero: it is.
func (c *checker) room() int64 {
	if c.isComplete() {
		return 0
	}
	p := c.tentative()
	n := int64(len(c.x.data)) - p.want
	for i, r := range c.x.runs[p.run:] {
		switch {
		case r.isFixed && i == 0 && p.inRun:
			n -= p.length
		case r.isFixed:
		case i == 0 && p.inRun:
			n -= r.to - r.from
		default:
			n -= r.to - r.from - 1
		}
	}
	return max(1, n)
}
