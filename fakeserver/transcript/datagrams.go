package transcript

import "slices"

// Datagrams returns the datagrams of one direction in order. They are shared
// with the record and must not be changed.
func (t Transcript) Datagrams(d Direction) [][]byte {
	var all [][]byte
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
			for range e.times() { // of empty ones, in a record with a limit
				all = append(all, e.Data)
			}
			if d == ToClient {
				last[e.Conn] = sent{len(all) - 1, e.Offset, e.times() > 1}
			}
		case e.kind() == DatagramUnsent && ok && (before.number == e.Offset || before.several && before.number < e.Offset):
			all[before.at] = nil
		}
	}
	return slices.DeleteFunc(all, func(p []byte) bool { return p == nil }) // an empty one is not nil
}

// sent is the index of a datagram among others, and its number.
type sent struct {
	at      int
	number  int64
	several bool // it is the last of several, the first of which has the number
}
