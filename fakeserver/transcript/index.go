package transcript

import (
	"slices"
	"sync"
)

// An index says where the events of each connection are. It costs nothing before the
// first question: that goes through the events, and each later one through those that
// have come since. All snapshots of a recorder share one, and each sees as much of it as
// it has events.
type index struct {
	mu    sync.Mutex    // guards what follows
	seen  int           // events that are in it
	conns map[int][]int // the events of each connection, by their positions
	order []int         // the connections, in the order of their first events
	top   []int         // the highest number among the first of order
}

// extend takes in what t has and x has not. It needs mu.
func (x *index) extend(t *Transcript) {
	if x.seen >= t.Len() {
		return
	}
	if x.conns == nil {
		x.conns = map[int][]int{}
	}
	for at, e := range t.from(x.seen) {
		all, known := x.conns[e.conn]
		if !known {
			x.order = append(x.order, e.conn)
			x.top = append(x.top, max(e.conn, x.highest(len(x.top))))
		}
		x.conns[e.conn] = append(all, at)
	}
	x.seen = t.Len()
}

// highest returns the highest number among the first k connections, or 0. It needs mu.
func (x *index) highest(k int) int {
	if k == 0 {
		return 0
	}
	return x.top[k-1]
}

// known returns how many of the connections in order t has events of. It needs mu.
func (x *index) known(t *Transcript) int {
	x.extend(t)
	k, _ := slices.BinarySearchFunc(x.order, t.events.n, func(n, end int) int { return x.conns[n][0] - end })
	return k
}

// of returns the positions of t's events of connection n.
func (x *index) of(t *Transcript, n int) []int {
	x.mu.Lock()
	x.extend(t)
	all := x.conns[n]
	x.mu.Unlock()
	if len(all) > 0 && all[len(all)-1] >= t.events.n {
		cut, _ := slices.BinarySearch(all, t.events.n)
		all = all[:cut]
	}
	return all[:len(all):len(all)]
}

// numbers returns the connections that t has events of, in rising order.
func (x *index) numbers(t *Transcript) []int {
	x.mu.Lock()
	all := slices.Clone(x.order[:x.known(t)])
	x.mu.Unlock()
	slices.Sort(all)
	return all
}

// highestOf returns the highest number of a connection that t has events of, or 0.
func (x *index) highestOf(t *Transcript) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.highest(x.known(t))
}
