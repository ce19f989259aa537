package pcapng

import (
	"cmp"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// An outlook is what has to be known of a record before its first packet is written, since later events
// say it. Beside the record, it takes memory for each connection, and for each time that something was taken back.
type outlook struct {
	datagrams bool // the record is of peers
	sides     map[side]*sideOutlook
	taken     map[int64]int64 // how many FINs or datagrams of an event did not leave, by its Seq
	packets   map[int]int64   // the Seq of the last event of each connection that is a packet
	last      int64           // the highest of packets; zero: there is no packet
}

// A side is one direction of one connection or peer.
type side struct {
	conn int
	dir  transcript.Direction
}

// A sideOutlook is what is to come of one side.
type sideOutlook struct {
	unsent   []unsent // in their order
	begin    int64    // the offset of the first byte that left, or of the end
	hasBegun bool
	end      int64 // the offset after the last
	kept     int64 // how many of the last bytes an RST has kept from the client
	fin      int64 // the Seq of the last FIN
	bytes    int64 // the Seq of the last event of bytes that left
	datagram lastDatagram
}

// An unsent takes back the bytes from an offset on.
type unsent struct{ seq, offset int64 }

// A lastDatagram is what a DatagramUnsent may take back.
type lastDatagram struct {
	seq, number int64 // seq zero: none
	several     bool  // it stands for several, the first of which has the number
}

// lookAhead returns the outlook of a record.
func lookAhead(t transcript.Transcript) *outlook {
	o := &outlook{datagrams: t.Header().IsOfDatagrams(), sides: map[side]*sideOutlook{}, taken: map[int64]int64{}, packets: map[int]int64{}}
	for e := range t.All() {
		o.takeBack(e)
	}
	for _, s := range o.sides {
		for i := len(s.unsent) - 2; i >= 0; i-- { // what is taken back twice leaves up to the lower offset
			s.unsent[i].offset = min(s.unsent[i].offset, s.unsent[i+1].offset)
		}
	}
	for e := range t.All() {
		o.measure(e)
	}
	return o
}

// of returns the outlook of a side.
func (o *outlook) of(conn int, d transcript.Direction) *sideOutlook {
	s := o.sides[side{conn, d}]
	if s == nil {
		s = new(sideOutlook)
		o.sides[side{conn, d}] = s
	}
	return s
}

// takeBack notes what e takes back, and what may be taken back of it.
func (o *outlook) takeBack(e transcript.Event) {
	switch e.Kind {
	case transcript.Datagram, transcript.DatagramUnsent, transcript.Undelivered:
		o.datagrams = true
	}
	if e.Direction == transcript.Neither {
		return
	}
	s := o.of(e.Conn, e.Direction)
	before := s.datagram
	s.datagram = lastDatagram{}
	switch e.Kind {
	case transcript.Unsent:
		s.unsent = append(s.unsent, unsent{e.Seq, e.Offset})
	case transcript.FIN:
		s.fin = e.Seq
	case transcript.FINUnsent:
		o.taken[s.fin] = 1
	case transcript.Datagram:
		s.datagram = lastDatagram{e.Seq, e.Offset, e.Times > 1}
	case transcript.DatagramUnsent:
		if before.number == e.Offset || before.several && before.number < e.Offset {
			o.taken[before.seq]++
		}
	}
}

// measure notes what e adds to its side and its connection. It needs all that is taken back.
func (o *outlook) measure(e transcript.Event) {
	if !o.isPacket(e) {
		return
	}
	o.packets[e.Conn], o.last = e.Seq, e.Seq
	s := o.of(e.Conn, e.Direction)
	switch e.Kind {
	case transcript.Data, transcript.Discarded:
		s.beginAt(e.Offset)
		s.end, s.bytes = max(s.end, e.Offset+o.left(e)), e.Seq
	case transcript.FIN:
		s.beginAt(e.Offset)
	case transcript.RST:
		s.beginAt(e.Offset)
		s.kept = max(0, e.Count)
	}
}

func (s *sideOutlook) beginAt(offset int64) {
	if !s.hasBegun {
		s.begin, s.hasBegun = offset, true
	}
}

// left returns how many of e's bytes, FINs or datagrams left: the first of them.
func (o *outlook) left(e transcript.Event) int64 {
	switch e.Kind {
	case transcript.Data, transcript.Discarded:
		n := max(0, e.Size())
		back := o.of(e.Conn, e.Direction).unsent
		i, _ := slices.BinarySearchFunc(back, e.Seq, func(u unsent, seq int64) int { return cmp.Compare(u.seq, seq) })
		if i < len(back) {
			n = min(n, max(0, back[i].offset-e.Offset))
		}
		return n
	case transcript.FIN:
		return 1 - o.taken[e.Seq]
	case transcript.Datagram:
		return max(1, e.Times) - o.taken[e.Seq]
	}
	return 0
}

// isPacket reports whether e is one or more packets of its connection.
func (o *outlook) isPacket(e transcript.Event) bool {
	if e.Conn <= 0 {
		return false
	}
	if e.Kind == transcript.Accept {
		return !o.datagrams
	}
	if e.Direction == transcript.Neither {
		return false
	}
	switch e.Kind {
	case transcript.Data, transcript.Discarded, transcript.FIN:
		return o.left(e) > 0
	case transcript.Datagram:
		return o.left(e) > 0 && (e.Data != nil || e.Times <= 1 && e.Count > 0) // of several, the sizes are not known
	case transcript.RST:
		return true
	}
	return false
}

// acknowledged returns the offset up to which the receiver of a direction can have acknowledged bytes.
func (o *outlook) acknowledged(conn int, d transcript.Direction, upTo int64) int64 {
	s := o.of(conn, d)
	if s.kept == 0 {
		return upTo
	}
	return min(upTo, max(0, s.end-s.kept))
}

// isEarly reports whether e is a client's RST that is recorded before bytes that came before it: a Write meets
// the RST at once, and a Read when it has read those.
func (o *outlook) isEarly(e transcript.Event) bool {
	return e.Kind == transcript.RST && e.Direction == transcript.FromClient && e.Seq < o.of(e.Conn, e.Direction).bytes
}
