package scenarios

import (
	"slices"
	"testing"
)

func TestCrumbsCoverTheReply(t *testing.T) {
	for _, n := range []int64{2, 3, maxCrumbs, maxCrumbs + 1, 1 << 20} {
		sizes := crumbs(n)
		sum := int64(1) // the last byte, after which there is no boundary
		for _, size := range sizes {
			sum += size
		}
		if sum != n || len(sizes) > maxCrumbs || slices.Min(sizes) < 1 {
			t.Errorf("crumbs(%d) = %d sizes %v with a sum of %d", n, len(sizes), sizes, sum)
		}
	}
}
