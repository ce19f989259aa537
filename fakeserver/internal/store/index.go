package store

import (
	"slices"
	"sync"
)

// An index says where the events of each connection are. It costs nothing before the
// first query: that walks the events, and each later one those that were added since. All
// snapshots of a list share one, and each sees only as much of it as it has events.
type index struct {
	mu    sync.Mutex    // guards what follows
	seen  int           // events that are in it
	conns map[int][]int // the events of each connection, by their positions
	order []int         // the connections, in the order of their first events
	top   []int         // the highest number among the first of order
}

// extend adds the events of v that x lacks. It needs mu.
func (x *index) extend(v *View) {
	if x.seen >= v.Len() {
		return
	}
	if x.conns == nil {
		x.conns = map[int][]int{}
	}
	v.each(x.seen, func(at int, e *Entry) bool {
		all, known := x.conns[e.Conn]
		if !known {
			x.order = append(x.order, e.Conn)
			x.top = append(x.top, max(e.Conn, x.highest(len(x.top))))
		}
		x.conns[e.Conn] = append(all, at)
		return true
	})
	x.seen = v.Len()
}

// highest returns the highest number among the first k connections, or 0. It needs mu.
func (x *index) highest(k int) int {
	if k == 0 {
		return 0
	}
	return x.top[k-1]
}

// known returns how many of the connections in order v has events of. It needs mu.
func (x *index) known(v *View) int {
	x.extend(v)
	k, _ := slices.BinarySearchFunc(x.order, v.n, func(n, end int) int { return x.conns[n][0] - end })
	return k
}

// of returns the positions of v's events of connection n.
func (x *index) of(v *View, n int) []int {
	x.mu.Lock()
	x.extend(v)
	all := x.conns[n]
	x.mu.Unlock()
	if len(all) > 0 && all[len(all)-1] >= v.n {
		cut, _ := slices.BinarySearch(all, v.n)
		all = all[:cut]
	}
	return all
}

// numbers returns the connections that v has events of, in rising order.
func (x *index) numbers(v *View) []int {
	x.mu.Lock()
	all := slices.Clone(x.order[:x.known(v)])
	x.mu.Unlock()
	slices.Sort(all)
	return all
}

// highestOf returns the highest number of a connection that v has events of, or 0.
func (x *index) highestOf(v *View) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.highest(x.known(v))
}
