package fakeserver

import (
	"regexp"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/rematch"
)

// A span is bytes of a stream, from one offset up to another.
type span struct{ from, to int64 }

// A mask is what a pattern leaves unchecked in a stream: what it matches, or if it has groups, what is in those. It says so
// as the stream comes; how that is cut does not matter.
type mask struct {
	finder  *rematch.Finder
	decided int64   // the offset up to which it is certain
	spans   []span  // before that, and at or after what was asked for last
	carry   *Carry  // whose values these are; nil: they are only ignored
	values  []value // of carry, in their order
}

// A value is what a Carry has found.
type value struct {
	at   span
	data []byte
}

// newMask returns a mask for a pattern, which package rematch must know.
func newMask(p *rematch.Regexp, most int, c *Carry) *mask {
	return &mask{finder: p.Finder(most), carry: c}
}

// feed takes what came next.
func (m *mask) feed(b []byte) { m.take(m.finder.Feed(b)) }

// end says that the stream has ended.
func (m *mask) end() { m.take(m.finder.End()) }

// ifEnded returns what the mask would be if the stream ended here.
func (m *mask) ifEnded() *mask {
	c := *m
	c.finder = m.finder.Clone()
	c.spans, c.values = slices.Clone(m.spans), slices.Clip(m.values)
	c.end()
	return &c
}

func (m *mask) take(pieces []rematch.Piece) {
	for _, p := range pieces {
		groups := p.Match
		if len(groups) > 2 {
			groups = groups[2:]
		}
		if m.carry != nil && len(groups) > 0 { // the first group alone is its value
			groups = groups[:2]
		}
		for ; len(groups) > 0; groups = groups[2:] {
			if groups[0] < groups[1] {
				m.add(span{m.decided + int64(groups[0]), m.decided + int64(groups[1])}, p.Data[groups[0]:groups[1]])
			}
		}
		m.decided += int64(len(p.Data))
	}
}

func (m *mask) add(s span, data []byte) {
	m.spans = append(m.spans, s)
	if m.carry != nil {
		m.values = append(m.values, value{s, slices.Clone(data)})
	}
}

// has reports whether the byte at an offset is left unchecked. Offsets are asked for in their order.
func (m *mask) has(offset int64) bool {
	for len(m.spans) > 0 && m.spans[0].to <= offset {
		m.spans = m.spans[1:]
	}
	return slices.ContainsFunc(m.spans, func(s span) bool { return s.from <= offset && offset < s.to })
}

// streamPattern returns a pattern as package rematch has it. most is how long its matches in what is given are at most, or at
// least rematch.DefaultMax.
func streamPattern(re *regexp.Regexp, in ...[]byte) (p *rematch.Regexp, most int, err error) {
	most = rematch.DefaultMax
	for _, data := range in {
		for _, m := range re.FindAllIndex(data, -1) {
			most = max(most, 2*(m[1]-m[0]))
		}
	}
	p, err = rematch.Compile(re.String())
	return p, most, err
}
