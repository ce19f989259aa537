package transcript

import (
	"bytes"
	"cmp"
	"math"
	"regexp"
	"slices"
)

// A folded is data in which each run of ignored bytes is folded to one, so that two of them can be compared
// byte by byte.
type folded struct {
	data  []byte // as it was
	begin int64  // the offset of its first byte
	bytes []byte // data, with the runs folded
	runs  []run  // in their order
}

// A run is ignored bytes: data[from:to], folded to bytes[at].
type run struct {
	from, to int
	at       int
	reach    int // as to, if the range that is ignored goes beyond the data
}

// fold returns data, of which the first byte has the offset begin, without what is ignored. Unless ranged, ranges
// are not of bytes.
func fold(data []byte, begin int64, ignore []Ignore, ranged bool) folded {
	f := folded{data: data, begin: begin, bytes: data}
	for _, i := range ignore {
		if ranged && i.From < i.To && i.To > begin {
			from, to := max(0, i.From-begin), i.To-begin
			r := run{from: len(data), to: len(data), reach: int(min(to, math.MaxInt))}
			if from < int64(len(data)) {
				r.from, r.to = int(from), int(min(to, int64(len(data))))
			}
			f.runs = append(f.runs, r)
		}
		if i.Pattern != nil {
			f.addMatches(i.Pattern)
		}
	}
	f.mergeRuns()
	f.foldRuns()
	return f
}

// addMatches adds what a pattern matches, or if it has groups, what is in those.
func (f *folded) addMatches(re *regexp.Regexp) {
	for _, m := range re.FindAllSubmatchIndex(f.data, -1) {
		if len(m) > 2 {
			m = m[2:]
		}
		for ; len(m) > 0; m = m[2:] {
			if m[0] < m[1] { // it took part, and is not empty
				f.runs = append(f.runs, run{from: m[0], to: m[1], reach: m[1]})
			}
		}
	}
}

// mergeRuns makes one of those that overlap or touch.
func (f *folded) mergeRuns() {
	slices.SortFunc(f.runs, func(a, b run) int { return cmp.Compare(a.from, b.from) })
	merged := f.runs[:0]
	for _, r := range f.runs {
		if n := len(merged); n > 0 && r.from <= merged[n-1].to {
			last := &merged[n-1]
			last.to, last.reach = max(last.to, r.to), max(last.reach, r.reach)
			continue
		}
		merged = append(merged, r)
	}
	f.runs = merged
}

// foldRuns folds the runs.
func (f *folded) foldRuns() {
	if len(f.runs) == 0 {
		return
	}
	f.bytes = make([]byte, 0, len(f.data)+len(f.runs))
	end := 0
	for i := range f.runs {
		r := &f.runs[i]
		f.bytes = append(f.bytes, f.data[end:r.from]...)
		r.at, end = len(f.bytes), r.to
		f.bytes = append(f.bytes, 0) // any byte: runs are compared by where they are
	}
	f.bytes = append(f.bytes, f.data[end:]...)
}

// runAt returns the index of the run at a position of bytes, or of the next, and whether there is one at it.
func (f *folded) runAt(at int) (int, bool) {
	return slices.BinarySearchFunc(f.runs, at, func(r run, at int) int { return cmp.Compare(r.at, at) })
}

// unfold returns which byte of data is at a position of bytes: the first of a run.
func (f *folded) unfold(at int) int {
	i, ok := f.runAt(at)
	switch {
	case ok:
		return f.runs[i].from
	case i == 0:
		return at
	}
	before := f.runs[i-1]
	return before.to + at - before.at - 1
}

// offset returns the offset of what is at a position of bytes.
func (f *folded) offset(at int) int64 { return f.begin + int64(f.unfold(at)) }

// isEnd reports whether no byte of data is at a position of bytes, or after it.
func (f *folded) isEnd(at int) bool { return f.unfold(at) == len(f.data) }

// position returns where an offset is, or would be, in bytes.
func (f *folded) position(offset int64) int64 {
	at := offset - f.begin
	i, _ := slices.BinarySearchFunc(f.runs, at, func(r run, at int64) int {
		if int64(r.from) <= at {
			return -1
		}
		return 1
	})
	if i == 0 {
		return at
	}
	r := f.runs[i-1]
	if at < int64(r.reach) {
		return int64(r.at)
	}
	return at - int64(r.to) + int64(r.at) + 1
}

// common returns how many bytes two folded data have in common at their beginning, and then at their end.
func common(a, b *folded) (first, last int) {
	first = samePrefix(a.bytes, b.bytes)
	for i := range max(len(a.runs), len(b.runs)) {
		if at, same := sameRun(a, b, i); !same {
			first = min(first, at)
			break
		}
	}
	last = sameSuffix(a.bytes[first:], b.bytes[first:])
	for i := range max(len(a.runs), len(b.runs)) {
		if before, same := sameRunBefore(a, b, i); !same {
			last = min(last, before)
			break
		}
	}
	return first, last
}

// sameRun reports whether run i is at the same position in both, or else the first at which only one has a run.
func sameRun(a, b *folded, i int) (at int, same bool) {
	at, other := math.MaxInt, math.MaxInt
	if i < len(a.runs) {
		at = a.runs[i].at
	}
	if i < len(b.runs) {
		other = b.runs[i].at
	}
	return min(at, other), at == other
}

// sameRunBefore is sameRun from the end: of the last run but i, with how many bytes come after it.
func sameRunBefore(a, b *folded, i int) (after int, same bool) {
	after, other := math.MaxInt, math.MaxInt
	if i < len(a.runs) {
		after = len(a.bytes) - a.runs[len(a.runs)-1-i].at - 1
	}
	if i < len(b.runs) {
		other = len(b.bytes) - b.runs[len(b.runs)-1-i].at - 1
	}
	return min(after, other), after == other
}

// chunk is how many bytes are compared at once.
const chunk = 4096

// samePrefix returns how many bytes p and q have in common at their beginning.
func samePrefix(p, q []byte) (n int) {
	end := min(len(p), len(q))
	for n+chunk <= end && bytes.Equal(p[n:n+chunk], q[n:n+chunk]) {
		n += chunk
	}
	for n < end && p[n] == q[n] {
		n++
	}
	return n
}

// sameSuffix returns how many bytes p and q have in common at their end.
func sameSuffix(p, q []byte) (n int) {
	end := min(len(p), len(q))
	for n+chunk <= end && bytes.Equal(p[len(p)-n-chunk:len(p)-n], q[len(q)-n-chunk:len(q)-n]) {
		n += chunk
	}
	for n < end && p[len(p)-1-n] == q[len(q)-1-n] {
		n++
	}
	return n
}
