package transcript

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/store"
)

// An entry is an event as it is stored.
type entry store.Entry

// EntryOf returns e as it is stored; its Seq will be its position. Only the packages of this module can
// call it.
func EntryOf(e *Event) store.Entry {
	return store.Entry{
		At: e.At, Conn: e.Conn, Direction: uint8(e.Direction), Kind: uint8(e.Kind),
		Offset: e.Offset, Data: e.Data, Peer: e.Peer,
	}.With(store.More{Count: e.Count, Times: e.Times, Sum: e.Sum, Rule: e.Rule, Text: e.Text, AtClose: e.AtClose})
}

// event returns x, which is at position at, as users get it.
func (x *entry) event(at int) Event {
	e := Event{
		Seq: int64(at) + 1, At: x.At, Conn: x.Conn, Direction: x.dir(), Kind: x.kind(),
		Offset: x.Offset, Data: slices.Clip(x.Data), Peer: x.Peer,
	}
	if m := x.More; m != nil {
		e.Count, e.Times, e.Sum, e.Rule, e.Text, e.AtClose = m.Count, m.Times, m.Sum, m.Rule, m.Text, m.AtClose
	}
	return e
}

func (x *entry) dir() Direction { return Direction(x.Direction) }

func (x *entry) kind() Kind { return Kind(x.Kind) }

// count is the event's Count.
func (x *entry) count() int64 {
	if x.More == nil {
		return 0
	}
	return x.More.Count
}

// times is how many reads, writes, datagrams or acts the event stands for.
func (x *entry) times() int64 {
	if x.More == nil {
		return 1
	}
	return max(1, x.More.Times)
}

func (x *entry) atClose() bool { return x.More != nil && x.More.AtClose }

// omitted returns how many bytes of a stream or datagram the event stands for without
// having them.
func (x *entry) omitted() int64 {
	if x.Data != nil || !x.carriesBytes() && x.kind() != Datagram {
		return 0
	}
	return x.count()
}

// size is the event's Size.
func (x *entry) size() int64 { return int64(len(x.Data)) + x.omitted() }

func (x *entry) carriesBytes() bool { return x.kind() == Data || x.kind() == Discarded }
