package pcapng

import (
	"fmt"
	"net/netip"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A conn is a connection, or what the server and one peer send each other.
type conn struct {
	c       *capture
	n       int
	ends    [3]netip.AddrPort // the sender's address, by direction; not valid before the first packet
	sent    [3]progress       // by direction
	reset   bool              // nothing is acknowledged any more
	early   *transcript.Event // the client's RST, which comes after bytes that are recorded after it
	waiting int64             // the Seq of the first event that is in no comment yet; zero: there is none
}

// conn returns the connection of e, which may be the first that is heard of it.
func (c *capture) conn(e transcript.Event) *conn {
	n := c.conns[e.Conn]
	if n == nil {
		n = &conn{c: c, n: e.Conn}
		c.conns[e.Conn] = n
	}
	return n
}

// wait keeps e for the next packet.
func (n *conn) wait(e transcript.Event) {
	if n.waiting == 0 {
		n.waiting = e.Seq
	}
}

// meet learns the client's address from the event of the first packet. Unless that is an accept, the
// capture begins in the middle of a connection.
func (n *conn) meet(e transcript.Event) {
	if n.ends[transcript.FromClient].IsValid() {
		return
	}
	c := n.c
	far, standsIn := client(c.header, n.n, e.Peer)
	if standsIn {
		c.file.name(far.Addr(), hostName(e.Peer, fmt.Sprintf("%s-%d", c.sender(), n.n)))
	}
	n.ends[transcript.FromClient], n.ends[transcript.ToClient] = alike(far, c.server)
	for _, d := range directions {
		n.sent[d].end = c.outlook.of(n.n, d).begin
	}
}

var directions = []transcript.Direction{transcript.FromClient, transcript.ToClient}

func opposite(d transcript.Direction) transcript.Direction {
	if d == transcript.FromClient {
		return transcript.ToClient
	}
	return transcript.FromClient
}

// addresses returns those of a packet.
func (n *conn) addresses(d transcript.Direction) (from, to netip.AddrPort) {
	return n.ends[d], n.ends[opposite(d)]
}

const (
	maxAlike           = 1000    // packets of empty datagrams that are one event
	maxUnknownDatagram = 1 << 20 // bytes that a datagram is said to have had: no socket sends as many
)

// datagrams writes the packets of e, which stands for several if they are empty.
func (n *conn) datagrams(e transcript.Event, about []string) {
	from, to := n.addresses(e.Direction)
	p := known(e.Data)
	if e.Data == nil {
		p = unknown(int(min(e.Count, maxUnknownDatagram)))
		about = append(about, fmt.Sprintf("its %d bytes were not kept in the record", e.Count))
	}
	left := n.c.outlook.left(e)
	if left > maxAlike {
		about = append(about, fmt.Sprintf("event %d stands for %d datagrams: here are %d", e.Seq, left, maxAlike))
	}
	for range min(left, maxAlike) {
		captured, size := n.c.packer.datagram(from, to, p)
		n.c.packet(e, e.Direction, captured, size, about)
		about = nil
	}
}
