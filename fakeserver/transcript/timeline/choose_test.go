package timeline

import (
	"slices"
	"testing"
	"time"

	"github.com/fakewire/fakewire/fakeserver/internal/store"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

func TestShare(t *testing.T) {
	for _, c := range []struct {
		sizes []int
		total int
		want  int
		why   string
	}{
		{nil, 10, maxBytes, "nothing has to be shared"},
		{[]int{3, 4}, 10, maxBytes, "all fits"},
		{[]int{10, 10}, 10, 5, "both get half"},
		{[]int{1, 1, 100, 100}, 50, 24, "what small ones leave, large ones get"},
		{[]int{7, 0, 7}, 7, 3, "an empty one takes nothing"},
	} {
		if got := share(slices.Clone(c.sizes), c.total); got != c.want {
			t.Errorf("%s: share(%v, %d) = %d, want %d", c.why, c.sizes, c.total, got, c.want)
		}
	}
}

func TestEnds(t *testing.T) {
	all := []int64{1, 2, 3, 4, 5}
	for n, want := range [][]int64{{}, {1}, {1, 5}, {1, 2, 5}, {1, 2, 4, 5}, all, all} {
		if got := ends(all, n); !slices.Equal(got, want) {
			t.Errorf("ends(%v, %d) = %v, want %v", all, n, got, want)
		}
	}
}

func TestChooseKeepsWhatWentWrongAndBothEnds(t *testing.T) {
	var events store.List
	for i := range 3 * maxRows {
		kind := transcript.Data
		if i%30_000 == 29_999 {
			kind = transcript.Fault
		}
		events.Add(store.Entry{Conn: 1 + i/40_000, Kind: uint8(kind)})
	}
	k := choose(transcript.Of(transcript.Header{}, 1, events.Snapshot()), maxRows)
	if k.leftOut != 2*maxRows || k.lives[1] != [2]int64{1, 30_000} || k.lives[2] != [2]int64{50_001, 3 * maxRows} {
		t.Errorf("%d are left out, and the connections live from and to %v", k.leftOut, k.lives)
	}
	for seq, want := range map[int64]bool{1: true, 9_999: true, 10_000: false, 29_999: false, 30_000: true, 30_001: false, 50_000: false, 50_001: true, 60_000: true} {
		if got := k.has(seq); got != want {
			t.Errorf("it has event %d: %v, want %v", seq, got, want)
		}
	}
}

func TestFoldRuns(t *testing.T) {
	rows := func(n int) (all []piece) {
		for range n {
			all = append(all, piece{Row: &row{plain: true}})
		}
		return all
	}
	fault := piece{Row: &row{}}
	for _, c := range []struct {
		all    []piece
		folded []int // how many rows each fold has
		lines  int
		why    string
	}{
		{rows(minFold + 2*around - 1), nil, minFold + 2*around - 1, "a short run is not worth a fold"},
		{rows(minFold + 2*around), []int{minFold}, 2*around + 1, "a long one is, but for its ends"},
		{rows(2*maxFold + 2*around), []int{maxFold, maxFold}, 2*around + 2, "a fold has a limit"},
		{slices.Concat(rows(10), []piece{fault}, rows(10)), nil, 21, "what is not plain ends a run"},
		{slices.Concat(rows(30), []piece{fault}, rows(30)), []int{22, 22}, 4*around + 3, "and stays in sight with what is around it"},
		{slices.Concat(rows(30), []piece{{Change: &change{}}}, rows(3)), []int{22}, 2*around + 1 + 4, "so does a change"},
	} {
		var folded []int
		got := foldRuns(c.all)
		for _, p := range got {
			if p.fold != nil {
				folded = append(folded, len(p.fold))
			}
		}
		if !slices.Equal(folded, c.folded) || len(got) != c.lines {
			t.Errorf("%s: folds of %v and %d lines, want %v and %d", c.why, folded, len(got), c.folded, c.lines)
		}
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 ns", 999: "999 ns", 1000: "1.00 µs", 9_994: "9.99 µs", 9_996: "10.0 µs", 99_960: "100 µs", 1_234_567: "1.23 ms", 90 * time.Second: "90.0 s",
	} {
		if got := duration(d); got != want {
			t.Errorf("duration(%d) = %q, want %q", d, got, want)
		}
	}
}

func TestDump(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{"GET /\r\n\"q\\\"\tend", "     100  GET /\\r\\n\n     107  \"q\\\\\"\\tend\n"},
		{"\x00abc", "     100  00 61 62 63                                      .abc\n"},
		{"0123456789abcde\xff!", "     100  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 ff  0123456789abcde.\n     116  21                                               !\n"},
	} {
		if got := dump(100, []byte(c.data)); got != c.want {
			t.Errorf("dump(%q) =\n%s\nwant\n%s", c.data, got, c.want)
		}
	}
}
