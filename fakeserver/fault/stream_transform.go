package fault

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/decide"
)

// A transformFault changes the bytes themselves. Several of them act one after
// the other, in plan order: each counts the bytes that the one before it hands on,
// from the sender's offset where it began.
type transformFault interface {
	Fault
	// transform returns a transformer for a stream, for bytes from offset on.
	transform(d draws, offset int64) transformer
}

// A transformer changes the bytes of one stream. What it makes of them does not
// depend on how they were cut.
type transformer interface {
	// apply returns what becomes of p, which begins at offset, and where it acted. It
	// acts at most left times. It may keep the last bytes back for the next call, and
	// must not change p itself.
	apply(p []byte, offset int64, left int) (out []byte, hits []int64)
	// kept returns how many bytes are kept back.
	kept() int64
	// flush returns the bytes that were kept back.
	flush() []byte
}

// A hitDescriber is a transformer that says more of what it did than its fault's kind.
type hitDescriber interface {
	// describeHit says in words what the ith hit of the latest apply did.
	describeHit(i int) string
}

// transform returns what becomes of p, the bytes at the present offset.
func (s *stream) transform(p []byte) []byte {
	for _, w := range s.awake.works {
		if w.phase == acting && w.trans != nil {
			p = s.transformBy(w, p)
		}
	}
	return p
}

func (s *stream) transformBy(w *work, p []byte) []byte {
	// What transforms before w kept back when it began is none of its business.
	early := p[:min(int64(len(p)), max(0, w.from-w.input))]
	p = p[len(early):]
	w.input += int64(len(early))

	out, hits := w.trans.apply(p, w.input, w.left())
	w.input += int64(len(p))
	text := w.rule.Fault.Kind()
	words, _ := w.trans.(hitDescriber)
	for i, at := range hits {
		if w.hit(); words != nil {
			text = words.describeHit(i)
		}
		s.mark(w, at, 0, text)
	}
	if len(early) == 0 {
		return out
	}
	return slices.Concat(early, out)
}

// keptBefore returns how many bytes the transforms before w keep back.
func (s *stream) keptBefore(w *work) int64 {
	var sum int64
	for _, earlier := range s.works[:slices.Index(s.works, w)] {
		if earlier.phase == acting && earlier.trans != nil {
			sum += earlier.trans.kept()
		}
	}
	return sum
}

// skip lets the transforms know of p, which goes nowhere.
func (s *stream) skip(p []byte) {
	for _, w := range s.works {
		w.input += int64(len(p))
	}
}

func (s *stream) Flush() []decide.Step {
	s.steps = s.steps[:0]
	s.flush()
	return s.steps
}

// flush hands on what transforms keep back.
func (s *stream) flush() {
	for _, w := range s.works {
		s.flushOne(w)
	}
}

// flushOne hands on what w keeps back, through the transforms after it.
func (s *stream) flushOne(w *work) {
	if w.trans == nil {
		return
	}
	from := s.offset - s.keptBack()
	rest := w.trans.flush()
	if len(rest) == 0 {
		return
	}
	for _, later := range s.works[slices.Index(s.works, w)+1:] {
		if later.phase == acting && later.trans != nil {
			rest = s.transformBy(later, rest)
		}
	}
	s.handOn(rest, from, 0)
}

// keptBack returns how many bytes all transforms keep back.
func (s *stream) keptBack() (sum int64) {
	for _, w := range s.awake.works {
		if w.trans != nil {
			sum += w.trans.kept()
		}
	}
	return sum
}
