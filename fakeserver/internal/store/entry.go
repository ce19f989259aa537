package store

import "time"

// An Entry is an event in 80 bytes, since most events have nothing in most fields. Its
// number is its position, from 0.
type Entry struct {
	At        time.Duration
	Conn      int
	Offset    int64
	Data      []byte
	Peer      string
	More      *More // nil: all zero
	Direction uint8
	Kind      uint8
}

// More is what few events have.
type More struct {
	Count, Times int64
	Sum          uint64
	Rule, Text   string
	AtClose      bool
}

// With returns x with m, which takes no memory if it is all zero.
func (x Entry) With(m More) Entry {
	if m != (More{}) {
		x.More = new(More) // &m would cost each event an allocation
		*x.More = m
	}
	return x
}
