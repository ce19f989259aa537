package transcript

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// maxBytes is how much of one event's data a line shows.
const maxBytes = 96

// String returns the event as one line. An event alone can't always tell whether its Conn is a
// connection's number or a peer's; where it can't, it says conn. The lines of a Transcript can.
func (e Event) String() string { return e.line(conn) }

// line returns the event as one line of a record of these senders.
func (e Event) line(of sender) string {
	var b strings.Builder
	e.formatHead(&b, of)
	e.formatSize(&b)
	if e.Data != nil {
		b.WriteString(" " + quote(e.Data))
	}
	e.formatText(&b)
	return strings.TrimRight(b.String(), " ")
}

// formatHead writes what happened, and where.
func (e Event) formatHead(b *strings.Builder, of sender) {
	if e.isOfDatagrams() {
		of = peer
	}
	fmt.Fprintf(b, "%5d %11.6fs  ", e.Seq, e.At.Seconds())
	if e.Conn > 0 {
		fmt.Fprintf(b, "%s %-3d ", of, e.Conn)
	} else {
		b.WriteString("server   ")
	}
	arrow := map[Direction]string{FromClient: "client ->", ToClient: "client <-"}[e.Direction]
	fmt.Fprintf(b, "%-9s  %-9s", arrow, e.Kind)
	switch {
	case e.isOfDatagrams():
		fmt.Fprintf(b, " #%d", e.Offset)
	case e.Direction != Neither:
		fmt.Fprintf(b, " @%d", e.Offset)
	}
	if e.Peer != "" {
		b.WriteString(" " + e.Peer)
	}
	if e.Rule != "" {
		b.WriteString(" " + e.Rule)
	}
}

// isOfDatagrams reports whether Offset is a datagram's number.
func (e Event) isOfDatagrams() bool {
	switch e.Kind {
	case Datagram, DatagramUnsent, Undelivered:
		return true
	case Fault, Note:
		return e.Peer != ""
	}
	return false
}

// formatSize writes how many bytes there were, and how often.
func (e Event) formatSize(b *strings.Builder) {
	switch bytes := e.carriesBytes() || e.Kind == Datagram; {
	case bytes && e.Times > 1:
		fmt.Fprintf(b, " %s in %s %s", human.Size(e.Size()), human.Grouped(e.Times), e.unit())
	case bytes:
		fmt.Fprintf(b, " %d B", e.Size())
	case e.Count != 0:
		fmt.Fprintf(b, " count %d", e.Count)
	}
	if e.Times > 1 && !e.carriesBytes() && e.Kind != Datagram {
		fmt.Fprintf(b, " %s times from there on", human.Grouped(e.Times))
	}
}

// unit is what an event of several bytes or datagrams counts.
func (e Event) unit() string {
	switch {
	case e.Kind == Datagram:
		return "datagrams"
	case e.Direction == ToClient:
		return "writes"
	}
	return "reads"
}

// formatText writes the event's words.
func (e Event) formatText(b *strings.Builder) {
	if e.Data == nil && e.Size() > 0 {
		b.WriteString(" (not kept)")
	}
	if e.AtClose {
		b.WriteString(" (at Close)")
	}
	if e.Text != "" {
		b.WriteString(" " + e.Text)
	}
}

// quote returns p as a Go string where it is printable, else as hex; capped.
func quote(p []byte) string { return quoteOf(p, int64(len(p))) }

// quoteOf is quote for the first bytes of total.
func quoteOf(p []byte, total int64) string {
	p = p[:min(len(p), maxBytes)]
	more := ""
	if left := total - int64(len(p)); left > 0 {
		more = fmt.Sprintf(" … %s more", human.Grouped(left))
	}
	if human.IsText(p) {
		return strconv.Quote(string(p)) + more
	}
	return hexPrefix + hex.EncodeToString(p) + more
}
