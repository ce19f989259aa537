package fakeserver

import (
	"cmp"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An expectation is what a client is to say on a connection: a recorded stream in which some bytes may be others. It is what
// transcript.Diff would compare, told as the stream comes.
type expectation struct {
	data    []byte
	runs    []stretch          // what may be other bytes, in order
	starts  []int64            // where messages begin
	ranges  []span             // that may differ, by their offsets in whatever stream
	fixed   []*Carry           // those by offsets
	masks   []maskSpec         // of patterns
	carried map[*Carry][]value // what carries find in data
}

// A stretch is bytes that may be others, and be it other than as many, if a pattern is among what makes it so. Two never touch.
type stretch struct {
	span
	isFixed bool // as many bytes have to come
	isOpen  bool // to the end of the stream and beyond
}

// A maskSpec is what a mask is made of.
type maskSpec struct {
	pattern *rematch.Regexp
	most    int
	carry   *Carry
}

func (s maskSpec) mask() *mask { return newMask(s.pattern, s.most, s.carry) }

// expect returns what a client is to say that goes through d.
func expect(d *dialogue, ignore []transcript.Ignore, carry []*Carry) (*expectation, error) {
	x := &expectation{data: d.heard, starts: d.starts, carried: map[*Carry][]value{}}
	for _, i := range ignore {
		if !isAboutClient(i, d.conn) {
			continue
		}
		if i.From < i.To {
			x.ranges = append(x.ranges, span{i.From, i.To})
		}
		if i.Pattern != nil {
			p, most, err := streamPattern(i.Pattern, d.heard)
			if err != nil {
				return nil, err
			}
			x.masks = append(x.masks, maskSpec{p, most, nil})
		}
	}
	for _, c := range carry {
		if c.Conn != 0 && c.Conn != d.conn {
			continue
		}
		if c.Request.Pattern == nil {
			x.fixed = append(x.fixed, c)
			continue
		}
		p, most, err := streamPattern(c.Request.Pattern, d.heard)
		if err != nil {
			return nil, err
		}
		x.masks = append(x.masks, maskSpec{p, most, c})
	}
	x.findRuns()
	return x, nil
}

// isAboutClient reports whether an Ignore is about what the client of connection n says.
func isAboutClient(i transcript.Ignore, n int) bool {
	return (i.Conn == 0 || i.Conn == n) && i.Direction != transcript.ToClient
}

// isExact reports whether nothing may differ.
func (x *expectation) isExact() bool { return len(x.ranges)+len(x.fixed)+len(x.masks) == 0 }

// findRuns finds what may differ in the recorded stream.
func (x *expectation) findRuns() {
	end := int64(len(x.data))
	for _, r := range x.ranges {
		x.runs = append(x.runs, stretch{span{min(r.from, end), min(r.to, end)}, true, r.to > end})
	}
	for _, c := range x.fixed {
		for i := range x.starts {
			if s := c.Request.in(x.message(i)); s.from < s.to {
				x.runs = append(x.runs, stretch{s, true, false})
				x.carried[c] = append(x.carried[c], value{s, x.data[s.from:s.to]})
			}
		}
	}
	for _, spec := range x.masks {
		m := spec.mask()
		m.feed(x.data)
		m.end()
		for _, s := range m.spans {
			x.runs = append(x.runs, stretch{s, false, false})
		}
		if spec.carry != nil {
			x.carried[spec.carry] = m.values
		}
	}
	x.mergeRuns()
}

// message returns where the ith message is.
func (x *expectation) message(i int) span {
	s := span{x.starts[i], int64(len(x.data))}
	if i+1 < len(x.starts) {
		s.to = x.starts[i+1]
	}
	return s
}

// mergeRuns makes one of those that overlap or touch.
func (x *expectation) mergeRuns() {
	slices.SortFunc(x.runs, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	merged := x.runs[:0]
	for _, r := range x.runs {
		if n := len(merged); n > 0 && r.from <= merged[n-1].to {
			last := &merged[n-1]
			last.to = max(last.to, r.to)
			last.isFixed, last.isOpen = last.isFixed && r.isFixed, last.isOpen || r.isOpen
			continue
		}
		merged = append(merged, r)
	}
	x.runs = merged
}
