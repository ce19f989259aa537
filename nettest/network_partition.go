package nettest

// Partition cuts the way between two hosts, in both directions, until Heal. The hosts
// are named as for [Network.Host]. Neither is told: see [Network].
func (n *Network) Partition(a, b string) {
	n.PartitionOneWay(a, b)
	n.PartitionOneWay(b, a)
}

// PartitionOneWay cuts the way from one host to another, until Heal. What is sent the
// other way arrives, but neither host can connect to the other.
func (n *Network) PartitionOneWay(from, to string) {
	n.way(from, to).cut.Store(true)
}

// Heal opens the ways between two hosts. What was written to streams in the meantime
// arrives at once, in the order in which it began to wait, and dials that wait go on.
func (n *Network) Heal(a, b string) {
	heal(n.way(a, b), n.way(b, a))
	n.wake()
}

func (n *Network) way(from, to string) *way {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hostLocked(from).wayLocked(n.hostLocked(to))
}

// wayLocked returns the way to another host, which it makes if there is none.
func (h *Host) wayLocked(to *Host) *way {
	if w := h.ways[to]; w != nil {
		return w
	}
	there, back := newWays()
	h.addWayLocked(to, there)
	if to != h {
		to.addWayLocked(h, back)
	}
	return there
}

func (h *Host) addWayLocked(to *Host, w *way) {
	if h.ways == nil {
		h.ways = map[*Host]*way{}
	}
	h.ways[to] = w
}

// isOpenLocked reports whether both ways between two hosts are open.
func (h *Host) isOpenLocked(other *Host) bool {
	return !h.wayLocked(other).isCut() && !other.wayLocked(h).isCut()
}
