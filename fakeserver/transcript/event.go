package transcript

import "time"

// An Event is one thing that happened. It is plain data; Data is shared with
// the record and must not be changed.
type Event struct {
	Seq       int64         // its number in the one order, from 1
	At        time.Duration // since the server's start, monotonic
	Conn      int           // the connection's or the peer's number, from 1; 0: the server as a whole
	Direction Direction
	Kind      Kind
	AtClose   bool   // Discarded, Unread: the handler had not ended before the server's Close; the bytes count as received
	Offset    int64  // of the first byte, counting this direction's bytes from 0; or the datagram's number, from 1
	Data      []byte // the bytes; nil where RecordLimit kept none
	Count     int64  // how many bytes or datagrams it is about, by its Kind: see the package's Counts
	Times     int64  // how many reads, writes, datagrams or acts of a rule RecordLimit made this one event, or boundaries past 65,536; zero: it is one
	Sum       uint64 // checksum of all bytes of this direction that were not kept so far; zero if all were
	Peer      string // the other end's address
	Rule      string // the key of the rule that acted
	Text      string // an error's or remark's words
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
