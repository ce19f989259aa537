package pcapng

import (
	"fmt"
	"io"
	"math"
	"net/netip"
	"time"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Write writes a recording to w as a capture file that Wireshark opens, in the format pcapng. The same
// recording is the same file. Beside the recording, it takes a bounded amount of memory, and a little for each
// connection. Its error is w's.
func Write(w io.Writer, rec transcript.Recording) error {
	rec = rec.Redacted()
	c := newCapture(w, rec)
	c.begin(rec)
	for e := range c.record.All() {
		c.event(e)
	}
	if err := c.file.flush(); err != nil {
		return fmt.Errorf("pcapng: %w", err)
	}
	return nil
}

// A capture is a file in the making.
type capture struct {
	file    *blocks
	packer  *packer
	record  transcript.Transcript
	header  transcript.Header
	outlook *outlook
	start   time.Time // the time zero of events
	server  netip.AddrPort
	conns   map[int]*conn
	waiting int64 // the Seq of the first event of no connection that is in no comment yet; zero: there is none
}

func newCapture(w io.Writer, rec transcript.Recording) *capture {
	t := rec.Transcript
	c := &capture{
		file: newBlocks(w), packer: newPacker(), record: t, header: t.Header(), outlook: lookAhead(t),
		start: t.Header().Start, conns: map[int]*conn{},
	}
	if !isTellable(c.start) {
		c.start = time.Unix(0, 0)
	}
	c.server, _ = server(c.header)
	return c
}

// maxAt is the latest time of an event that a capture can say: a century.
const maxAt = 100 * 365 * 24 * time.Hour

// isTellable reports whether a capture can say when the server started: it counts nanoseconds since 1970.
func isTellable(t time.Time) bool {
	return t.After(time.Unix(0, 0)) && t.Before(time.Unix(0, math.MaxInt64).Add(-maxAt))
}

// event writes the packets of e. An event that is none waits for the next packet of its connection, or, of the
// server as a whole, of any.
func (c *capture) event(e transcript.Event) {
	switch last := c.outlook.packets[e.Conn]; {
	case c.outlook.isPacket(e) && c.outlook.isEarly(e):
		c.conn(e).early = &e
	case c.outlook.isPacket(e):
		c.packets(e, c.conn(e))
	case last == 0:
		if c.waiting == 0 {
			c.waiting = e.Seq
		}
	case e.Seq < last: // what comes after the last one is on that already
		c.conn(e).wait(e)
	}
}

// packets writes the packets of e, with what there is to say on the first.
func (c *capture) packets(e transcript.Event, n *conn) {
	n.meet(e)
	about := c.comments(e, n)
	switch e.Kind {
	case transcript.Accept:
		n.accept(e, about)
	case transcript.Data, transcript.Discarded:
		n.data(e, about)
	case transcript.Datagram:
		n.datagrams(e, about)
	default:
		n.end(e, about)
	}
}

// packet writes a packet of e that goes in direction d.
func (c *capture) packet(e transcript.Event, d transcript.Direction, captured []byte, size int, about []string) {
	way := uint32(inbound)
	if d == transcript.ToClient {
		way = outbound
	}
	at := c.start.Add(min(max(0, e.At), maxAt))
	c.file.packet(at, captured, size, way, about)
}

// sender returns what the record's numbers count.
func (c *capture) sender() string {
	if c.outlook.datagrams {
		return "peer"
	}
	return "conn"
}
