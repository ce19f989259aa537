package transcript

import (
	"cmp"
	"fmt"
	"slices"
)

// A pair is a fault that two records have in different ways, or that only one has.
type pair [2]*FaultAt

// offset is where the first of the two is.
func (p pair) offset() int64 {
	switch {
	case p[0] == nil:
		return p[1].Offset
	case p[1] == nil:
		return p[0].Offset
	}
	return min(p[0].Offset, p[1].Offset)
}

// faults yields the faults that only one has, or that are elsewhere in the other.
func (s *sides) faults(yield func(Difference) bool) bool {
	if s.noFaults {
		return true
	}
	for _, p := range s.unlike() {
		if !yield(s.fault(p)) {
			return false
		}
	}
	return true
}

// fault returns the difference of two faults, or of one.
func (s *sides) fault(p pair) Difference {
	var spots [2]Spot
	for i, f := range p {
		spots[i] = Spot{Offset: s.ended[i], Absent: true}
		if f != nil {
			spots[i] = Spot{Offset: f.Offset}
		}
	}
	text := ""
	switch {
	case p[0] == nil:
		text = fmt.Sprintf(": only %s has the fault %s\n", s.names[1], p[1].in(s.dir))
	case p[1] == nil:
		text = fmt.Sprintf(": only %s has the fault %s\n", s.names[0], p[0].in(s.dir))
	default:
		text = fmt.Sprintf(": a fault differs: %s has %s, %s has %s\n", s.names[0], p[0].in(s.dir), s.names[1], p[1].in(s.dir))
	}
	return s.difference(InFaults, spots[0], spots[1], text)
}

// unlike returns the faults that the two do not have in common, by their offsets: those of one
// rule in pairs, as far as there are.
func (s *sides) unlike() (all []pair) {
	onlyA, onlyB := s.notCommon()
	waiting := map[string][]*FaultAt{} // those of b, by their rules
	for _, f := range onlyB {
		waiting[f.Rule] = append(waiting[f.Rule], f)
	}
	for _, f := range onlyA {
		p := pair{f, nil}
		if same := waiting[f.Rule]; len(same) > 0 {
			p[1], waiting[f.Rule] = same[0], same[1:]
		}
		all = append(all, p)
	}
	for _, f := range onlyB {
		if left := waiting[f.Rule]; len(left) > 0 && left[0] == f {
			all, waiting[f.Rule] = append(all, pair{nil, f}), left[1:]
		}
	}
	slices.SortStableFunc(all, func(p, q pair) int { return cmp.Compare(p.offset(), q.offset()) })
	return all
}

// notCommon returns the faults that only the one or only the other has, by their offsets.
func (s *sides) notCommon() (a, b []*FaultAt) {
	left := map[FaultAt]int{} // how many more of it b has
	for i := range s.b.Faults {
		left[s.key(1, s.b.Faults[i])]++
	}
	for i := range s.a.Faults {
		f := &s.a.Faults[i]
		if k := s.key(0, *f); left[k] > 0 {
			left[k]--
		} else {
			a = append(a, f)
		}
	}
	for i := len(s.b.Faults) - 1; i >= 0; i-- { // the last of several that are the same
		f := &s.b.Faults[i]
		if k := s.key(1, *f); left[k] > 0 {
			left[k]--
			b = append(b, f)
		}
	}
	slices.Reverse(b)
	return a, b
}

// key returns what a fault of record i is compared by. What is ignored moves those after it, and
// then nothing is to be learned from a checksum of offsets.
func (s *sides) key(i int, f FaultAt) FaultAt {
	f.Offset = s.folded[i].position(f.Offset)
	if len(s.folded[0].runs)+len(s.folded[1].runs) > 0 {
		f.Sum = 0
	}
	return f
}
