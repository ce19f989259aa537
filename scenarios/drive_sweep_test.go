package scenarios

import (
	"slices"
	"testing"
)

func TestSpreadCoversBothEnds(t *testing.T) {
	for _, c := range []struct{ n, limit int }{{0, 1}, {1, 1}, {5, 1}, {5, 5}, {6, 5}, {10, 9}, {1000, 240}, {65507, 240}} {
		got := spread(c.n, c.limit)
		want := min(c.n, c.limit)
		if len(got) != want || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != want {
			t.Errorf("spread(%d, %d) = %v, want %d numbers in order", c.n, c.limit, got, want)
			continue
		}
		third := c.limit / 3
		if c.n > c.limit && third > 0 && (got[third-1] != third-1 || got[want-third] != c.n-third || got[want-1] != c.n-1) {
			t.Errorf("spread(%d, %d) = %v, want the first and last %d", c.n, c.limit, got, third)
		}
		if c.n > 0 && got[0] != 0 || c.n > 0 && got[len(got)-1] >= c.n {
			t.Errorf("spread(%d, %d) = %v, want numbers from 0 to %d", c.n, c.limit, got, c.n-1)
		}
	}
}

func TestReplyOffsetsCoverBothEnds(t *testing.T) {
	for _, n := range []int64{0, 1, 2 * sweptEnds, 2*sweptEnds + 1, 1 << 20} {
		got := replyOffsets(n)
		if !slices.IsSorted(got) || len(got) > int(2*sweptEnds+2*sweptBetween) || len(got) < int(min(n, 2*sweptEnds)) {
			t.Errorf("replyOffsets(%d) has %d offsets", n, len(got))
		}
		for _, at := range []int64{0, sweptEnds - 1, n - sweptEnds, n - 1} {
			if at >= 0 && at < n && !slices.Contains(got, at) {
				t.Errorf("replyOffsets(%d) leaves out %d", n, at)
			}
		}
		if n > 0 && got[len(got)-1] != n-1 {
			t.Errorf("replyOffsets(%d) ends with %d", n, got[len(got)-1])
		}
	}
}
