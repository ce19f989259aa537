package transcript

import (
	"slices"
	"time"
)

// An entry is an event as the recorder keeps it: in 80 bytes, since most events have
// nothing in most fields. Its Seq is its position.
type entry struct {
	at     time.Duration
	conn   int
	offset int64
	data   []byte
	peer   string
	more   *more // nil: all zero
	dir    Direction
	kind   Kind
}

// more is what few events have.
type more struct {
	count, times int64
	sum          uint64
	rule, text   string
	atClose      bool
}

func newEntry(e *Event) entry {
	x := entry{at: e.At, conn: e.Conn, offset: e.Offset, data: e.Data, peer: e.Peer, dir: e.Direction, kind: e.Kind}
	m := more{e.Count, e.Times, e.Sum, e.Rule, e.Text, e.AtClose}
	if m != (more{}) {
		x.more = new(more)
		*x.more = m
	}
	return x
}

// event returns x, which lies at position at, for users.
func (x *entry) event(at int) Event {
	e := Event{
		Seq: int64(at) + 1, At: x.at, Conn: x.conn, Direction: x.dir, Kind: x.kind,
		Offset: x.offset, Data: slices.Clip(x.data), Peer: x.peer,
	}
	if m := x.more; m != nil {
		e.Count, e.Times, e.Sum, e.Rule, e.Text, e.AtClose = m.count, m.times, m.sum, m.rule, m.text, m.atClose
	}
	return e
}

// count is the event's Count.
func (x *entry) count() int64 {
	if x.more == nil {
		return 0
	}
	return x.more.count
}

// times is how many reads, writes, datagrams or acts the event stands for.
func (x *entry) times() int64 {
	if x.more == nil {
		return 1
	}
	return max(1, x.more.times)
}

func (x *entry) atClose() bool { return x.more != nil && x.more.atClose }

// omitted returns how many bytes of a stream or datagram the event stands for without
// having them.
func (x *entry) omitted() int64 {
	if x.data != nil || !x.carriesBytes() && x.kind != Datagram {
		return 0
	}
	return x.count()
}

// size is the event's Size.
func (x *entry) size() int64 { return int64(len(x.data)) + x.omitted() }

func (x *entry) carriesBytes() bool { return x.kind == Data || x.kind == Discarded }
