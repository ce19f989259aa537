package store

import (
	"maps"
	"math/rand/v2"
	"testing"
)

// An edited snapshot has the events of a view as they were edited, and the others as they were; parts of it are the same
// parts. The snapshot itself stays.
func TestEditChangesACopy(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 9))
		var l List
		was := map[int]Entry{}
		for range r.IntN(3000) {
			x := Entry{Conn: r.IntN(5), Kind: uint8(r.IntN(3)), Offset: r.Int64()}
			was[l.Len()] = x
			l.Add(x)
		}
		whole := l.Snapshot()
		for _, v := range []View{whole, whole.Conn(2), whole.From(r.IntN(l.Len() + 1)), {}} {
			now := maps.Clone(was)
			edited := v.Edit(func(at int, x *Entry) {
				x.Kind++
				now[at] = *x
			})
			positions := map[int]bool{}
			for at := range v.All() {
				positions[at] = true
			}
			isOfView := func(at int, _ Entry) bool { return positions[at] }
			if v.Len() > 0 { // which wantView wants
				wantView(t, v, those(was, isOfView))
				wantView(t, v.Of(edited), those(now, isOfView))
			}
			if v.Len() > 0 {
				wantView(t, whole.Of(edited), now)
				wantParts(t, edited, now, r)
			}
		}
		wantView(t, whole, was)
	}
}

// What was skipped takes no memory in an edited snapshot either.
func TestEditLeavesBlankEvents(t *testing.T) {
	var l List
	l.Add(Entry{Conn: 1})
	l.Skip(100 * largeChunk)
	l.Add(Entry{Conn: 2})
	v := l.Snapshot()
	v = v.Part([]int{0, l.Len() - 1})
	edited := v.Edit(func(_ int, x *Entry) { x.Offset = 5 })
	blanks := 0
	for i := range edited.full {
		if edited.isBlank(i) {
			blanks++
		}
	}
	if blanks < 90 || edited.At(0).Offset != 5 || edited.At(l.Len()-1).Offset != 5 || v.At(0).Offset != 0 {
		t.Errorf("%d chunks are blank; the events are %+v and %+v, and were %+v", blanks, edited.At(0), edited.At(l.Len()-1), v.At(0))
	}
}
