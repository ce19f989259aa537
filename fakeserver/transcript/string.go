package transcript

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What String shows at most: of a long record the beginning and the end.
const (
	maxLines = 120 // events
	maxBytes = 96  // of one event's data
)

// String returns the record for people: one line per event, text where it is
// printable and hex where not. A long record loses its middle, and says so.
func (t Transcript) String() string { return t.format(maxLines) }

// Dump returns the record as String does, with every event.
func (t Transcript) Dump() string { return t.format(t.events.n) }

func (t Transcript) format(lines int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "transcript of %s: %d conns, %d events\n", t.header, t.Conns(), t.events.n)
	head, tail := t.events.n, t.events.n
	if t.events.n > lines {
		head, tail = lines/2, t.events.n-lines/2
	}
	for i, e := range t.events.all() {
		if i >= head && i < tail {
			if i == head {
				fmt.Fprintf(&b, "  … %d events …\n", tail-head)
			}
			continue
		}
		b.WriteString(e.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// String returns the header as "name (tcp 127.0.0.1:4242)".
func (h Header) String() string {
	where := strings.TrimSpace(h.Network + " " + h.Address)
	if h.Name == "" {
		return where
	}
	return h.Name + " (" + where + ")"
}

// String returns the event as one line.
func (e Event) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%5d %11.6fs  ", e.Seq, e.At.Seconds())
	if e.Conn > 0 {
		fmt.Fprintf(&b, "conn %-3d ", e.Conn)
	} else {
		b.WriteString("server   ")
	}
	arrow := map[Direction]string{FromClient: "client ->", ToClient: "client <-"}[e.Direction]
	fmt.Fprintf(&b, "%-9s  %-9s", arrow, e.Kind)
	e.formatPlace(&b)
	e.formatContent(&b)
	return strings.TrimRight(b.String(), " ")
}

func (e Event) formatPlace(b *strings.Builder) {
	switch {
	case e.Kind == Datagram || e.Kind == Fault && e.Peer != "":
		fmt.Fprintf(b, " #%d", e.Offset)
	case e.Direction != Neither:
		fmt.Fprintf(b, " @%d", e.Offset)
	}
	if e.Peer != "" {
		b.WriteString(" " + e.Peer)
	}
}

func (e Event) formatContent(b *strings.Builder) {
	if e.Rule != "" {
		b.WriteString(" " + e.Rule)
	}
	if e.carriesBytes() || e.Kind == Datagram {
		fmt.Fprintf(b, " %d B", e.Size())
	} else if e.Count != 0 {
		fmt.Fprintf(b, " count %d", e.Count)
	}
	if e.Data != nil {
		b.WriteString(" " + quote(e.Data))
	} else if e.Size() > 0 {
		fmt.Fprintf(b, " (not kept, sum %016x)", e.Sum)
	}
	if e.Text != "" {
		b.WriteString(" " + e.Text)
	}
}

// quote returns p as a Go string where it is printable, else as hex; capped.
func quote(p []byte) string {
	more := ""
	if len(p) > maxBytes {
		more = fmt.Sprintf(" … %d more", len(p)-maxBytes)
		p = p[:maxBytes]
	}
	if printable(p) {
		return strconv.Quote(string(p)) + more
	}
	return "hex " + hex.EncodeToString(p) + more
}

// printable reports whether p is text: UTF-8 of graphic characters and the usual
// white space. A character that the cap cut in two does not make it binary.
func printable(p []byte) bool {
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 {
			return len(p) < utf8.UTFMax && !utf8.FullRune(p)
		}
		if !unicode.IsGraphic(r) && !strings.ContainsRune("\r\n\t", r) {
			return false
		}
		p = p[n:]
	}
	return true
}
