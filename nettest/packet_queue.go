package nettest

import "net/netip"

// A packetQueue holds the datagrams that wait to be read, and drops what does not fit.
type packetQueue struct {
	slots []datagram // a ring; their memory is reused
	first int
	count int
	used  int // bytes, with overhead
	limit int
	drops int64
}

type datagram struct {
	from   netip.AddrPort
	socket uint64 // of the sender: see PacketConn.socket
	data   []byte
}

// overhead is what a datagram counts as besides its length: about what Linux uses for it.
const overhead = 768

func (q *packetQueue) push(from netip.AddrPort, socket uint64, b []byte) {
	if q.used+len(b)+overhead > q.limit {
		q.drops++
		return
	}
	if q.count == len(q.slots) {
		q.grow()
	}
	slot := &q.slots[(q.first+q.count)%len(q.slots)]
	slot.from, slot.socket, slot.data = from, socket, append(slot.data[:0], b...)
	q.count++
	q.used += len(b) + overhead
}

// pop copies the first datagram into b, and returns its size and its sender.
func (q *packetQueue) pop(b []byte) (copied, size int, from netip.AddrPort, socket uint64) {
	slot := &q.slots[q.first]
	q.first = (q.first + 1) % len(q.slots)
	q.count--
	q.used -= len(slot.data) + overhead
	return copy(b, slot.data), len(slot.data), slot.from, slot.socket
}

func (q *packetQueue) grow() {
	slots := make([]datagram, max(8, 2*len(q.slots)))
	n := copy(slots, q.slots[q.first:])
	copy(slots[n:], q.slots[:q.first])
	q.slots, q.first = slots, 0
}
