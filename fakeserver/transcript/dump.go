package transcript

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fakewire/fakewire/fakeserver/internal/human"
)

// Dump returns the whole record for people: every event with all of its data. What is
// text is quoted line by line, the rest is a hex dump with a column of text; both with the
// offsets of the stream, or of the datagram. What the record's Redactor hides is not shown.
func (t Transcript) Dump() string {
	var b strings.Builder
	t.DumpTo(&b) // which has no errors of its own
	return b.String()
}

// DumpTo writes what Dump returns to w, without having all of it in memory. Its error is
// w's.
func (t Transcript) DumpTo(w io.Writer) error {
	t = t.Redacted()
	b := bufio.NewWriter(w)
	of := t.senders()
	var line strings.Builder
	t.writeHeader(&line, of)
	b.WriteString(line.String())
	for at, x := range t.events.All() {
		Printer{}.print(b, (*entry)(x).event(at), of)
	}
	return b.Flush()
}

// A Printer writes events one by one, as Dump does those of a record: with all of their data. It hides nothing: what it
// is given should come from what Redacted returns. Its zero value prints events of connections.
type Printer struct {
	Header Header // what the events are a record of: it says whether they are of connections or of peers
	Hex    bool   // show all data as hex, also text
}

// Line returns e as one line, as [Event.String] does, and knows by Header whether its Conn is a connection's number or a peer's.
func (p Printer) Line(e Event) string { return e.line(p.senders()) }

// Print writes e to w, on one line if its data fits there, and else on several, each with its end. It does not
// keep e. Its error is w's.
func (p Printer) Print(w io.Writer, e Event) error {
	b := bufio.NewWriter(w)
	p.print(b, e, p.senders())
	return b.Flush()
}

// senders returns what the Header says that Conn is a number of.
func (p Printer) senders() sender {
	if p.Header.IsOfDatagrams() {
		return peer
	}
	return conn
}

// print writes an event of a record of these senders.
func (p Printer) print(b *bufio.Writer, e Event, of sender) {
	text := human.IsText(e.Data) && !p.Hex
	if len(e.Data) == 0 || text && len(e.Data) <= maxBytes {
		b.WriteString(e.line(of) + "\n")
		return
	}
	var line strings.Builder
	e.formatHead(&line, of)
	e.formatSize(&line)
	e.formatText(&line)
	b.WriteString(line.String() + "\n")
	offset := e.Offset
	if e.Kind == Datagram {
		offset = 0
	}
	if text {
		dumpText(b, offset, e.Data)
	} else {
		dumpHex(b, offset, e.Data)
	}
}

// dumpText writes p line by line, and long lines in parts.
func dumpText(b *bufio.Writer, offset int64, p []byte) {
	for len(p) > 0 {
		n := min(len(p), maxBytes)
		for n < len(p) && n > maxBytes-utf8.UTFMax && !utf8.RuneStart(p[n]) {
			n--
		}
		if end := strings.IndexByte(string(p[:n]), '\n'); end >= 0 {
			n = end + 1
		}
		fmt.Fprintf(b, "%20s  %s\n", "@"+strconv.FormatInt(offset, 10), strconv.Quote(string(p[:n])))
		p, offset = p[n:], offset+int64(n)
	}
}

// dumpHex writes p in rows of 16 bytes.
func dumpHex(b *bufio.Writer, offset int64, p []byte) {
	const width = 16
	for len(p) > 0 {
		n := min(len(p), width)
		fmt.Fprintf(b, "%20s  % -48x |%s|\n", "@"+strconv.FormatInt(offset, 10), p[:n], human.Visible(p[:n]))
		p, offset = p[n:], offset+int64(n)
	}
}
