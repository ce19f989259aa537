package transcript

import "slices"

// Datagrams returns the datagrams of one direction in order. They are shared
// with the record and must not be changed.
func (t Transcript) Datagrams(d Direction) [][]byte {
	all, _ := t.numbered(d)
	return all
}

// numbered returns the datagrams of one direction, and the number of each.
func (t *Transcript) numbered(d Direction) (all [][]byte, numbers []int64) {
	last := map[int]sent{} // of each peer, where it may be taken back
	for _, x := range t.events.All() {
		e := (*entry)(x)
		if e.dir() != d {
			continue
		}
		before, ok := last[e.Conn]
		if ok {
			delete(last, e.Conn)
		}
		switch {
		case e.kind() == Datagram && e.Data != nil:
			for i := range e.times() { // of empty ones, in a record with a limit
				all, numbers = append(all, e.Data), append(numbers, e.Offset+i)
			}
			last[e.Conn] = sent{len(all) - 1, e.Offset, e.times() > 1}
		case e.kind() == DatagramUnsent && ok && (before.number == e.Offset || before.several && before.number < e.Offset):
			all[before.at] = nil
		}
	}
	at := -1
	numbers = slices.DeleteFunc(numbers, func(int64) bool {
		at++
		return all[at] == nil
	})
	return slices.DeleteFunc(all, func(p []byte) bool { return p == nil }), numbers // an empty one is not nil
}

// sent is the index of a datagram among others, and its number.
type sent struct {
	at      int
	number  int64
	several bool // it is the last of several, the first of which has the number
}
