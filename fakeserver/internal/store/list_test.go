package store

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

func TestEntryTakes80Bytes(t *testing.T) {
	if got := unsafe.Sizeof(Entry{}); got > 80 {
		t.Errorf("an event takes %d bytes, want 80", got)
	}
}

func TestEntryWithNothingMoreHasNoMore(t *testing.T) {
	if x := (Entry{Conn: 1}).With(More{}); x.More != nil || x.Conn != 1 {
		t.Errorf("%+v has memory for what it has not", x)
	}
	var l List
	if n := testing.AllocsPerRun(10_000, func() { l.Add(Entry{Conn: 1}.With(More{})) }); n != 0 {
		t.Errorf("an event allocates %v times, want only for its chunk", n)
	}
	if x := (Entry{Conn: 1}).With(More{AtClose: true}); x.More == nil || !x.More.AtClose || x.Conn != 1 {
		t.Errorf("%+v lacks what it was made with", x)
	}
}

// wantView checks that a view has these events and no others, asked in each way.
func wantView(t *testing.T, v View, want map[int]Entry) {
	t.Helper()
	positions := slices.Sorted(maps.Keys(want))
	if v.Len() != len(want) {
		t.Fatalf("Len = %d, want %d", v.Len(), len(want))
	}
	i := 0
	for at, x := range v.All() {
		if w := want[at]; at != positions[i] || x.Conn != w.Conn || x.Kind != w.Kind || x.Offset != w.Offset {
			t.Fatalf("event %d is %+v at %d, want %+v at %d", i, *x, at, w, positions[i])
		}
		if v.At(at) != x || v.Following(positions[0], i) != x {
			t.Fatalf("At(%d) or Following(%d, %d) is not what All gives", at, positions[0], i)
		}
		i++
	}
}

// those returns the events of all that is reports true for.
func those(all map[int]Entry, is func(at int, x Entry) bool) map[int]Entry {
	some := map[int]Entry{}
	for at, x := range all {
		if is(at, x) {
			some[at] = x
		}
	}
	return some
}

// wantParts checks the parts of a view of all, and parts of those.
func wantParts(t *testing.T, v View, all map[int]Entry, r *rand.Rand) {
	t.Helper()
	highest, seen := 0, 0
	for n, part := range v.ByConn() {
		want := those(all, func(_ int, x Entry) bool { return x.Conn == n })
		wantView(t, part, want)
		wantView(t, v.Conn(n), want)
		wantView(t, part.Conn(n), want)
		wantView(t, part.Conn(n+1), nil)
		all := part.Where(func(*Entry) bool { return true })
		wantView(t, all.Conn(n), want)
		if got := all.Conns(); got != n {
			t.Fatalf("Conns = %d of connection %d's events", got, n)
		}
		highest, seen = n, seen+len(want)
	}
	if seen != len(all) || v.Conns() != highest {
		t.Fatalf("%d events of %d are a connection's; Conns = %d, want %d", seen, len(all), v.Conns(), highest)
	}
	at, kind := r.IntN(len(all)+2), uint8(r.IntN(3))
	isLate := func(i int, _ Entry) bool { return i >= at }
	wantRest(t, v.From(at), at, those(all, isLate))
	isKind := func(_ int, x Entry) bool { return x.Kind == kind }
	some := v.Where(func(x *Entry) bool { return x.Kind == kind })
	wantView(t, some, those(all, isKind))
	wantView(t, some.From(at), those(those(all, isKind), isLate))
	wantView(t, some.Conn(1), those(those(all, isKind), func(_ int, x Entry) bool { return x.Conn == 1 }))
}

// wantRest checks a view of the events from a position on, and its parts.
func wantRest(t *testing.T, v View, at int, all map[int]Entry) {
	t.Helper()
	wantView(t, v, all)
	wantView(t, v.From(at/2), all)
	wantView(t, v.From(at+2), those(all, func(i int, _ Entry) bool { return i >= at+2 }))
	wantView(t, v.Where(func(x *Entry) bool { return x.Kind == 1 }), those(all, func(_ int, x Entry) bool { return x.Kind == 1 }))
	highest := 0
	for n, part := range v.ByConn() {
		wantView(t, part, those(all, func(_ int, x Entry) bool { return x.Conn == n }))
		highest = n
	}
	if v.Conns() != highest {
		t.Fatalf("Conns = %d from event %d on, want %d", v.Conns(), at, highest)
	}
}

// A view is what the list was when it was taken, however the list grows, and whatever is
// changed in it.
func TestViewIsWhatTheListWas(t *testing.T) {
	type taken struct {
		v    View
		want map[int]Entry
	}
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 7))
		var l List
		all := map[int]Entry{}
		var views []taken
		for range r.IntN(1500) {
			switch n := r.IntN(100); {
			case n == 0:
				views = append(views, taken{l.Snapshot(), maps.Clone(all)})
			case n < 5 && l.Len() > 0:
				at := r.IntN(l.Len())
				l.Own(at).Offset++
				all[at] = *l.At(at)
			case n == 9:
				for k := range r.IntN(4 * largeChunk) {
					if all[l.Len()+k] = (Entry{}); k == r.IntN(100) { // few, mostly
						break
					}
				}
				l.Skip(len(all) - l.Len())
			case n < 9 && len(views) > 0:
				views[r.IntN(len(views))].v.Conns() // of any age, so that the index is ahead of some
			default:
				x := Entry{Conn: r.IntN(5), Kind: uint8(r.IntN(3)), Offset: r.Int64()}
				all[l.Len()] = x
				l.Add(x)
			}
		}
		for _, s := range append(views, taken{l.Snapshot(), all}) {
			wantView(t, s.v, s.want)
			wantParts(t, s.v, s.want, r)
		}
	}
}

// What is skipped takes next to no memory, and is the list's own as soon as it is to be changed.
func TestListSkips(t *testing.T) {
	for _, begin := range []int{0, 1, smallChunk, 1000} {
		var l, other List
		for range begin {
			l.Add(Entry{Conn: 1})
		}
		if n := testing.AllocsPerRun(1, func() { l.Skip(100 * largeChunk) }); n > 30 {
			t.Errorf("to skip %d events allocates %v times", 100*largeChunk, n)
		}
		l.Add(Entry{Conn: 2})
		other.Skip(200 * largeChunk)
		last := begin + 200*largeChunk // AllocsPerRun runs it once more
		l.Own(last - largeChunk).Conn = 9
		if l.Len() != last+1 || l.At(last).Conn != 2 || l.At(last-largeChunk).Conn != 9 || l.At(last-1).Conn != 0 {
			t.Errorf("after %d and %d skipped, the event %d of %d is %+v", begin, last-begin, last, l.Len(), l.At(last))
		}
		skipped := other.Snapshot()
		for at, x := range skipped.All() {
			if x.Conn != 0 {
				t.Fatalf("event %d of another list is %+v", at, x)
			}
		}
		v := l.Snapshot()
		part := v.Part([]int{last - largeChunk, last})
		wantView(t, part, map[int]Entry{last - largeChunk: {Conn: 9}, last: {Conn: 2}})
		if part.Conns() != 9 {
			t.Errorf("a part has %d connections", part.Conns())
		}
	}
}

// What the list owns since the last snapshot is copied once, and what is read never.
func TestListCopiesAChunkOncePerSnapshot(t *testing.T) {
	var l List
	for range 10 * largeChunk {
		l.Add(Entry{})
	}
	l.Snapshot()
	if age := l.Age(); age != 1 {
		t.Errorf("Age = %d after one snapshot", age)
	}
	before := l.At(5)
	if own := l.Own(5); own == before || l.Own(5) != own || l.Own(6) != l.At(6) || l.At(5) != own {
		t.Error("the list copied a chunk twice, or gave a snapshot's away")
	}
	if n := testing.AllocsPerRun(100, func() { l.Own(5); l.Own(l.Len() - 1) }); n != 0 {
		t.Errorf("Own allocates %v times, want 0 without a snapshot between", n)
	}
	if n := testing.AllocsPerRun(100, func() { l.Snapshot() }); n != 0 {
		t.Errorf("Snapshot allocates %v times, want 0", n)
	}
}

// A poll asks for the rest again and again.
func TestViewFromListsNothing(t *testing.T) {
	var l List
	for range 10 * largeChunk {
		l.Add(Entry{})
	}
	whole := l.Snapshot()
	rest := whole.From(1)
	for what, f := range map[string]func(){
		"From":                    func() { whole.From(7) },
		"From of the rest":        func() { rest.From(7) },
		"From the beginning":      func() { whole.From(0) },
		"From of connection 0":    func() { c := whole.Conn(0); c.From(7) },
		"From after the last one": func() { whole.From(math.MaxInt) },
	} {
		if n := testing.AllocsPerRun(100, f); n > 1 { // an index, which is empty
			t.Errorf("%s allocates %v times, want once", what, n)
		}
	}
}

func TestViewOfNothing(t *testing.T) {
	var zero View
	var l List
	for _, v := range []View{zero, l.Snapshot(), zero.Conn(3), zero.From(9)} {
		wantView(t, v, nil)
		if v.Conns() != 0 {
			t.Errorf("Conns = %d, want 0", v.Conns())
		}
		wantView(t, v.Conn(0), nil)
		wantView(t, v.Where(func(*Entry) bool { return true }), nil)
	}
}

// To walk a view allocates nothing, though the loop changes what is around it.
func TestViewAllAllocatesNothing(t *testing.T) {
	var l List
	for i := range 1000 {
		l.Add(Entry{Conn: i % 10})
	}
	whole := l.Snapshot()
	part := whole.Conn(3)
	for _, v := range []*View{&whole, &part} {
		events, sum := 0, 0
		if n := testing.AllocsPerRun(10, func() {
			for at, x := range v.All() {
				events, sum = events+1, sum+at+x.Conn
			}
		}); n != 0 || events != 11*v.Len() || sum == 0 {
			t.Errorf("to walk %d events allocates %v times; it saw %d in 11 rounds", v.Len(), n, events)
		}
	}
}
