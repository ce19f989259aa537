package scenarios

// What is swept of a long reply: all offsets at both ends, and some between.
const (
	sweptEnds    = 256
	sweptBetween = 64
)

// replyOffsets returns the offsets in a reply of n bytes at each of which something can
// happen, before the byte there.
func replyOffsets(n int64) []int64 {
	var all []int64
	for at := range n {
		middle := at >= sweptEnds && at < n-sweptEnds
		if !middle || at%max(1, (n-2*sweptEnds)/sweptBetween) == 0 {
			all = append(all, at)
		}
	}
	return all
}

// spread returns the numbers below n; if there are more than limit, a third of limit
// from the beginning, a third from the end, and a third evenly between.
func spread(n, limit int) []int {
	third := limit / 3
	if n <= limit {
		third = 0
	}
	var all []int
	for i := range third {
		all = append(all, i)
	}
	between := n - 2*third
	for i := range min(between, limit-2*third) {
		all = append(all, third+i*between/min(between, limit-2*third))
	}
	for i := range third {
		all = append(all, n-third+i)
	}
	return all
}
