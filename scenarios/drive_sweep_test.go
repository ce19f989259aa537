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
