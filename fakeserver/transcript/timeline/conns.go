package timeline

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// connSum is what one look at the events tells of a connection or peer.
type connSum struct {
	peer             string
	first, last      int64 // Seqs
	events, faults   int64
	bytes, datagrams [3]int64 // that crossed the wire, by Direction
	begin            [3]int64 // offsets of the first byte, plus one; zero: there is none yet
	unsendable       [3]int64 // how many bytes a DatagramUnsent that comes next takes back
	undelivered      [3]int64
}

// summarize looks at all events once.
func summarize(t transcript.Transcript) summary {
	s := summary{kinds: map[transcript.Kind]int64{}, conns: map[int]*connSum{}, datagrams: t.Header().IsOfDatagrams()}
	for e := range t.All() {
		s.events++
		s.last = max(s.last, e.At)
		s.kinds[e.Kind]++
		switch e.Kind {
		case transcript.Datagram:
			s.datagrams = true
		case transcript.Unread:
			s.unread += e.Count
		case transcript.Undelivered:
			s.undelivered += e.Count
		}
		if e.Conn > 0 {
			s.conn(e).add(e)
		}
	}
	slices.Sort(s.order)
	return s
}

// conn returns the account of e's connection.
func (s *summary) conn(e transcript.Event) *connSum {
	c := s.conns[e.Conn]
	if c == nil {
		c = &connSum{first: e.Seq}
		s.conns[e.Conn] = c
		s.order = append(s.order, e.Conn)
	}
	return c
}

func (c *connSum) add(e transcript.Event) {
	c.events++
	c.last = e.Seq
	if c.peer == "" {
		c.peer = e.Peer
	}
	d := min(e.Direction, transcript.ToClient)
	last := c.unsendable[d]
	c.unsendable[d] = 0
	switch e.Kind {
	case transcript.Data, transcript.Discarded:
		if c.begin[d] == 0 {
			c.begin[d] = e.Offset + 1
		}
		c.bytes[d] += e.Size()
	case transcript.Unsent: // maybe of what is not in this part of a record
		c.bytes[d] = min(c.bytes[d], max(0, e.Offset+1-c.begin[d]))
	case transcript.Datagram:
		c.bytes[d] += e.Size()
		c.datagrams[d] += max(1, e.Times)
		if e.Times <= 1 {
			c.unsendable[d] = e.Size()
		}
	case transcript.DatagramUnsent:
		c.bytes[d] -= last
		c.datagrams[d] = max(0, c.datagrams[d]-max(1, e.Times))
	case transcript.Undelivered:
		c.undelivered[d] += e.Count
	case transcript.Fault:
		c.faults += max(1, e.Times)
	}
}

// A connRow is a connection or a peer in the table of them.
type connRow struct {
	N                int
	Peer             string
	From, To         string // what it sent and what it got
	FromEnd, ToEnd   string // how these directions ended
	FromRST, ToRST   bool
	Faults, Seq      int64
	Events           string
	UndeliveredNoted string
}

// maxConns is how many connections the table has.
const maxConns = 1000

func (b *builder) addConns() {
	for _, n := range b.sum.order {
		if len(b.page.Conns) == maxConns {
			b.page.MoreConns = len(b.sum.order) - maxConns
			return
		}
		b.page.Conns = append(b.page.Conns, b.connRow(n))
	}
}

func (b *builder) connRow(n int) connRow {
	c := b.sum.conns[n]
	r := connRow{N: n, Peer: human.Escape(c.peer), Faults: c.faults, Seq: c.first, Events: human.Grouped(c.events)}
	r.From, r.To = b.sent(c, transcript.FromClient), b.sent(c, transcript.ToClient)
	if lost := c.undelivered[transcript.FromClient] + c.undelivered[transcript.ToClient]; lost > 0 {
		r.UndeliveredNoted = human.Grouped(lost) + " undelivered"
	}
	if !b.sum.datagrams {
		t := b.tr.Conn(n)
		from, to := t.Ending(transcript.FromClient), t.Ending(transcript.ToClient)
		r.FromEnd, r.ToEnd = from.String(), to.String()
		r.FromRST, r.ToRST = from == transcript.ByRST, to == transcript.ByRST
	}
	return r
}

// sent says how much c sent or got.
func (b *builder) sent(c *connSum, d transcript.Direction) string {
	if b.sum.datagrams {
		return human.CountGrouped(c.datagrams[d], "datagram") + ", " + human.Size(c.bytes[d])
	}
	return human.Size(c.bytes[d])
}
