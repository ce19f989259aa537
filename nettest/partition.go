package nettest

import (
	"sync"
	"sync/atomic"
)

// Partition cuts the way between two hosts, in both directions, until Heal. The hosts
// are named as for [Network.Host]. Nobody is told: see [Network].
func (n *Network) Partition(a, b string) {
	n.PartitionOneWay(a, b)
	n.PartitionOneWay(b, a)
}

// PartitionOneWay cuts the way from one host to another, until Heal. What is sent the
// other way arrives; but nobody can connect.
func (n *Network) PartitionOneWay(from, to string) {
	n.way(from, to).cut.Store(true)
}

// Heal opens the ways between two hosts. What was written to streams in the meantime
// arrives at once, in the order in which it began to wait, and whoever waits to connect does so.
func (n *Network) Heal(a, b string) {
	heal(n.way(a, b), n.way(b, a))
	n.wake()
}

func (n *Network) way(from, to string) *way {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, b := n.hostLocked(from), n.hostLocked(to)
	return n.wayLocked(a, b)
}

// A way leads from one host to another.
type way struct {
	cut atomic.Bool
	*path
}

// A path is the two ways between two hosts.
type path struct {
	mu      sync.Mutex // guards what follows; comes after a Conn's
	waiting []*Conn    // that have something for their other end, each once
}

func (n *Network) wayLocked(from, to *Host) *way {
	if w := from.ways[to]; w != nil {
		return w
	}
	p := new(path)
	from.addWayLocked(to, p)
	to.addWayLocked(from, p)
	return from.ways[to]
}

func (h *Host) addWayLocked(to *Host, p *path) {
	if h.ways == nil {
		h.ways = map[*Host]*way{}
	}
	h.ways[to] = &way{path: p}
}

// isOpenLocked reports whether two hosts can talk.
func (n *Network) isOpenLocked(a, b *Host) bool {
	return !n.wayLocked(a, b).isCut() && !n.wayLocked(b, a).isCut()
}

func (w *way) isCut() bool { return w.cut.Load() }

// keeps reports whether the way is cut; then c's deliver is called when it no longer is.
// It needs c.mu.
func (w *way) keeps(c *Conn) bool {
	if !w.isCut() {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.isCut() { // heal has been here in between
		return false
	}
	if !c.kept {
		c.kept = true
		w.waiting = append(w.waiting, c)
	}
	return true
}

// heal lets everything pass again, both ways of a path.
func heal(there, back *way) {
	there.mu.Lock()
	there.cut.Store(false)
	back.cut.Store(false)
	waiting := there.waiting
	there.waiting = nil
	there.mu.Unlock()
	for _, c := range waiting {
		c.mu.Lock()
		c.kept = false
		c.deliver()
		c.mu.Unlock()
	}
}
