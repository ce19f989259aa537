package transcript

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// datagrams yields those that differ, and then those that only one record has.
func (s *sides) datagrams(yield func(Difference) bool) bool {
	a, b := s.compared(0), s.compared(1)
	few := min(len(a), len(b))
	first, last := 0, 0
	for first < few && s.isSame(a[first], b[first]) {
		first++
	}
	for last < few-first && s.isSame(a[len(a)-1-last], b[len(b)-1-last]) {
		last++
	}
	for i := first; i < few-last; i++ {
		if !s.isSame(a[i], b[i]) && !yield(s.datagram(a[i], b[i])) {
			return false
		}
	}
	a, b = a[few-last:], b[few-last:]
	if len(a) == len(b) {
		return true
	}
	return yield(s.onlyDatagrams(a, b, last))
}

// compared returns the indices of record i's datagrams that are not ignored.
func (s *sides) compared(i int) (all []int) {
	for at, n := range s.numbers[i] {
		if !slices.ContainsFunc(s.ignore, func(g Ignore) bool { return g.has(n) }) {
			all = append(all, at)
		}
	}
	return all
}

// isSame reports whether two datagrams are the same, but for what is ignored.
func (s *sides) isSame(i, j int) bool {
	p, q := s.a.Datagrams[i], s.b.Datagrams[j]
	if bytes.Equal(p, q) {
		return true
	}
	f := s.foldedDatagrams(p, q)
	first, _ := common(&f[0], &f[1])
	return first == len(f[0].bytes) && first == len(f[1].bytes)
}

func (s *sides) foldedDatagrams(p, q []byte) [2]folded {
	return [2]folded{fold(p, 0, s.ignore, false), fold(q, 0, s.ignore, false)}
}

// datagram returns the difference of two datagrams.
func (s *sides) datagram(i, j int) Difference {
	f := s.foldedDatagrams(s.a.Datagrams[i], s.b.Datagrams[j])
	first, last := common(&f[0], &f[1])
	a, b := s.numbers[0][i], s.numbers[1][j]
	which := fmt.Sprintf(", datagram %s,", s.both(a, b))
	return s.difference(InDatagrams, Spot{Offset: a, Byte: f[0].offset(first)}, Spot{Offset: b, Byte: f[1].offset(first)},
		which+s.stretch(&f, first, last))
}

// onlyDatagrams returns the difference that one record has some that the other has not, before the last
// of each.
func (s *sides) onlyDatagrams(a, b []int, last int) Difference {
	var spots [2]Spot
	has := 0
	for i, all := range [2][]int{a, b} {
		if len(all) > last {
			has = i
			spots[i] = Spot{Offset: s.numbers[i][all[0]]}
			continue
		}
		spots[i] = Spot{Offset: 1, Absent: true}
		if n := s.numbers[i]; last > 0 {
			spots[i].Offset = n[all[0]]
		} else if len(n) > 0 {
			spots[i].Offset = n[len(n)-1] + 1
		}
	}
	some := [2][]int{a, b}[has]
	some = some[:len(some)-last]
	first := some[0]
	p := [2]*Side{&s.a, &s.b}[has].Datagrams[first]
	text := fmt.Sprintf(": only %s has datagram %d: %d %s %s\n", s.names[has], s.numbers[has][first], len(p), human.Noun(len(p), "byte"), quote(p))
	if n := len(some); n > 1 {
		text = fmt.Sprintf(": only %s has the %s datagrams from %d to %d: %s …\n",
			s.names[has], human.Grouped(int64(n)), s.numbers[has][first], s.numbers[has][some[n-1]], quote(p))
	}
	return s.difference(InDatagrams, spots[0], spots[1], text)
}
