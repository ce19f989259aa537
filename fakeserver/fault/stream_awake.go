package fault

import "math"

// A plan may have many rules, most of which wait for an offset that is far ahead. They are not asked at each write whether it has
// come: they sleep until it has.

// awake are the works that have to be looked at, and what is to be known of the others.
type awake struct {
	works []*work // in plan order
	until int64   // the offset at which the first of the others wakes; MaxInt64: none does
	stops int64   // the same of those that a reader has to stop for
}

// rouse finds out which works are awake at the present offset.
func (s *stream) rouse() {
	s.awake = awake{works: s.awake.works[:0], until: math.MaxInt64, stops: math.MaxInt64}
	for _, w := range s.works {
		switch at := w.rule.After.Bytes; {
		case w.sleeps(s.offset):
			s.awake.until = min(s.awake.until, at)
			if w.mayStop() {
				s.awake.stops = min(s.awake.stops, at)
			}
		case !w.isDone():
			s.awake.works = append(s.awake.works, w)
		}
	}
}

// sleeps reports whether the rule waits for an offset ahead, and before that for nothing else.
func (w *work) sleeps(offset int64) bool {
	t := &w.rule.After
	return w.phase == waiting && w.round == 0 && offset < t.Bytes && t.Writes == 0 && t.Time == 0 && !w.waitsForMatch()
}

// isDone reports whether the rule will never act again, and nothing it began is still going on.
func (w *work) isDone() bool { return w.phase == over && w.isPoint() }

// ahead returns how far an offset is from the present one, or MaxInt64 for one that is nowhere.
func (s *stream) ahead(offset int64) int64 {
	if offset == math.MaxInt64 {
		return offset
	}
	return offset - s.offset
}
