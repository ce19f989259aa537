package transcript

import "time"

// An Event is one thing that happened. It is plain data; Data is shared with
// the record and must not be changed.
type Event struct {
	Seq       int64         // its number in the record, from 1
	At        time.Duration // since the server's start, monotonic
	Conn      int           // the connection's or the peer's number, from 1; 0: the server as a whole
	Direction Direction
	Kind      Kind
	AtClose   bool   // of Discarded and Unread: Close ended the handler, and so the bytes count as received
	Offset    int64  // of a byte, from 0, or a datagram, from 1: see the package's Counts
	Data      []byte // the bytes; nil where RecordLimit kept none
	Count     int64  // of bytes or datagrams: see the package's Counts
	Times     int64  // how many events this one stands for: see the package's Counts; zero: itself
	Sum       uint64 // checksum of all bytes of this direction that were not kept so far; zero if all were
	Peer      string // the other end's address
	Rule      string // the key of the rule that acted, or did not
	Text      string // words for people, such as an error's
}

// Size returns how many bytes the event stands for, kept or not.
func (e Event) Size() int64 {
	if e.Data != nil {
		return int64(len(e.Data))
	}
	switch e.Kind {
	case Data, Datagram, Discarded:
		return e.Count
	}
	return 0
}

// carriesBytes reports whether the event is part of its direction's stream.
func (e Event) carriesBytes() bool { return e.Kind == Data || e.Kind == Discarded }
