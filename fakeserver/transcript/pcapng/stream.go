package pcapng

import (
	"fmt"

	"github.com/gopacket/gopacket/layers"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// progress is how far a direction of a stream is.
type progress struct {
	end   int64 // the offset after the last byte that was sent
	acked int64 // the offset up to which the other side has acknowledged
	fin   bool
}

// Sequence numbers tell the connection and the offset: byte 41 of connection 3 has number 3000042, in
// either direction. They differ between connections, so that no connection seems to be the one before it
// from the same port.
const perConn = 1_000_000

// maxUnknown is how many bytes that were not kept get packets, of one event: those of 1 GiB take 2 MB.
const maxUnknown = 1 << 30

// seq returns the sequence number of an offset.
func (n *conn) seq(offset int64) uint32 { return uint32(n.n)*perConn + 1 + uint32(offset) }

// ack returns how much of direction d its receiver has acknowledged, as a number: all that was sent, unless
// the record says that a reset kept the last bytes from the client.
func (n *conn) ack(d transcript.Direction) uint32 {
	s := &n.sent[d]
	s.acked = n.c.outlook.acknowledged(n.n, d, s.end)
	if s.fin && s.acked == s.end {
		return n.seq(s.end) + 1
	}
	return n.seq(s.acked)
}

// accept writes the handshake.
func (n *conn) accept(e transcript.Event, about []string) {
	for _, d := range directions {
		n.sent[d] = progress{}
	}
	options := []layers.TCPOption{
		{OptionType: layers.TCPOptionKindMSS, OptionData: []byte{byte(n.maxSegment() >> 8), byte(n.maxSegment())}},
		{OptionType: layers.TCPOptionKindNop},
		{OptionType: layers.TCPOptionKindWindowScale, OptionData: []byte{windowScale}},
	}
	first, second := n.seq(-1), n.seq(0)
	n.segment(e, transcript.FromClient, header{flags: syn, seq: first, options: options}, payload{}, about)
	n.segment(e, transcript.ToClient, header{flags: syn | ack, seq: first, ack: second, options: options}, payload{}, nil)
	n.segment(e, transcript.FromClient, header{flags: ack, seq: second, ack: second}, payload{}, nil)
}

// data writes the bytes of e that left, each segment with its acknowledgement.
func (n *conn) data(e transcript.Event, about []string) {
	d, offset, left := e.Direction, e.Offset, n.c.outlook.left(e)
	end := offset + left
	if e.Data == nil {
		about = append(about, fmt.Sprintf("%d bytes from offset %d on were not kept in the record", left, offset))
		if left > maxUnknown {
			about = append(about, fmt.Sprintf("only the first %d of them have packets", int64(maxUnknown)))
			left = maxUnknown
		}
	}
	for left > 0 {
		size := min(left, n.maxSegment())
		p := unknown(int(size))
		if e.Data != nil {
			p = known(e.Data[offset-e.Offset:][:size])
		}
		offset, left = offset+size, left-size
		n.sent[d].end = offset
		if left == 0 {
			n.sent[d].end = end
		}
		n.segment(e, d, n.next(d, offset-size, pushed(left == 0)), p, about)
		n.acknowledge(e, d)
		about = nil
	}
	n.endEarly(e)
}

// endEarly writes the RST that was recorded before e, if e is of the last bytes before it.
func (n *conn) endEarly(e transcript.Event) {
	if n.early == nil || e.Seq != n.c.outlook.of(n.n, transcript.FromClient).bytes {
		return
	}
	rst := *n.early
	n.early = nil
	about := n.c.describe(rst) + " (the bytes before it were read later)"
	rst.At = e.At
	n.end(rst, []string{about})
}

// pushed returns the flag of the last segment of a write.
func pushed(last bool) flags {
	if last {
		return psh
	}
	return 0
}

// end writes a FIN or an RST.
func (n *conn) end(e transcript.Event, about []string) {
	d := e.Direction
	s := &n.sent[d]
	if e.Kind == transcript.RST {
		offset := max(e.Offset, s.end)
		if s.fin {
			offset++
		}
		n.reset = true
		n.segment(e, d, n.next(d, offset, rst), payload{}, about)
		return
	}
	s.end, s.fin = max(s.end, e.Offset), true
	n.segment(e, d, n.next(d, e.Offset, fin), payload{}, about)
	n.acknowledge(e, d)
}

// next returns the header of a segment of direction d that begins at an offset.
func (n *conn) next(d transcript.Direction, offset int64, f flags) header {
	return header{flags: f | ack, seq: n.seq(offset), ack: n.ack(opposite(d))}
}

// acknowledge writes the answer to a segment, if there is something new to say.
func (n *conn) acknowledge(e transcript.Event, d transcript.Direction) {
	s := &n.sent[d]
	before := s.acked
	number := n.ack(d)
	if n.reset || s.acked == before && !(s.fin && s.acked == s.end) {
		return
	}
	back := opposite(d)
	h := header{flags: ack, seq: n.seq(n.sent[back].end), ack: number}
	if n.sent[back].fin {
		h.seq++
	}
	n.segment(e, back, h, payload{}, nil)
}

// maxSegment returns how many bytes a segment has at most: as many as over loopback.
func (n *conn) maxSegment() int64 {
	const headers4, headers6 = 20 + 20, 40 + 20
	if n.ends[transcript.ToClient].Addr().Is4() {
		return maxPacket - headers4
	}
	return maxPacket - headers6
}

const maxPacket = 1<<16 - 1

// segment writes a packet.
func (n *conn) segment(e transcript.Event, d transcript.Direction, h header, p payload, about []string) {
	from, to := n.addresses(d)
	captured, size := n.c.packer.segment(from, to, h, p)
	n.c.packet(e, d, captured, size, about)
}
