package transcript

import (
	"bytes"
	"strings"
)

// FromClient returns a copy of the bytes that clients sent and the record kept, joined:
// connection by connection, each in stream order. They are as the clients sent them,
// whatever a rule made of them before the handler read them.
//
// What a connection's handler can't have had is not among them, since it had ended: by
// itself, by a rule, or by CloseClientConns. Discarded has that. A handler that the server's
// own Close ends had not ended: what Close takes into the record counts.
func (t Transcript) FromClient() []byte {
	return t.join(FromClient, (*stream).received)
}

// Discarded returns a copy of the bytes that clients sent in vain, joined as for
// FromClient: the server took them off the wire, but their connection's handler had
// ended without reading them. A client that still sends into a connection that the server
// has left loses them; if they are a logger's lines, they will never be seen.
func (t Transcript) Discarded() []byte {
	return t.join(FromClient, (*stream).discarded)
}

// ToClient returns a copy of all bytes that left for clients and that the record
// kept, joined as for FromClient.
func (t Transcript) ToClient() []byte {
	return t.join(ToClient, func(s *stream) []byte { return s.data })
}

// Lines returns what FromClient does, cut into lines without their "\n" or "\r\n",
// connection by connection. A last line without an end counts.
func (t Transcript) Lines() []string {
	var lines []string
	for _, events := range t.events.ByConn() {
		c := t.part(events)
		s := c.stream(FromClient)
		for line := range bytes.Lines(s.received()) {
			text := strings.TrimSuffix(string(line), "\n")
			lines = append(lines, strings.TrimSuffix(text, "\r"))
		}
	}
	return lines
}

// join joins what part makes of each connection's direction d.
func (t *Transcript) join(d Direction, part func(*stream) []byte) []byte {
	var all []byte
	for n, events := range t.events.ByConn() {
		c := t.part(events)
		if n > 0 {
			s := c.stream(d)
			all = append(all, part(&s)...)
		}
	}
	return all
}

// A stream is one direction of one connection, as far as the record kept it.
type stream struct {
	data  []byte // if wanted
	kept  int64  // how many bytes that are
	whole int64  // how many bytes there were, kept or not
	begin int64  // offset of the first byte
	end   int64  // offset after the last byte that the handler could have had; -1: all
}

// stream returns direction d of t, which has the events of one connection. What was taken
// back is not in it.
func (t *Transcript) stream(d Direction) stream { return t.measure(d, true) }

// measure is stream, without data unless it is wanted.
func (t *Transcript) measure(d Direction, wanted bool) stream {
	s := stream{begin: -1, end: -1}
	for _, x := range t.events.All() {
		if e := (*entry)(x); e.dir() == d {
			s.add(e, wanted)
		}
	}
	return s
}

func (s *stream) add(e *entry, wanted bool) {
	switch e.kind() {
	case Data, Discarded:
		if s.begin < 0 {
			s.begin = e.Offset
		}
		if wanted {
			s.data = append(s.data, e.Data...)
		}
		s.kept += int64(len(e.Data))
		s.whole += e.size()
		if e.kind() == Discarded && !e.atClose() {
			s.endAt(e.Offset)
		}
	case Unread:
		if !e.atClose() {
			s.endAt(e.Offset)
		}
	case Unsent:
		s.whole = min(s.whole, max(0, e.Offset-s.begin))
		if s.kept = s.upTo(e.Offset); wanted {
			s.data = s.data[:s.kept]
		}
	}
}

// endAt says that the handler got nothing from offset on.
func (s *stream) endAt(offset int64) {
	if s.end < 0 || offset < s.end {
		s.end = offset
	}
}

// upTo returns how many of the kept bytes lie before offset.
func (s *stream) upTo(offset int64) int64 { return min(max(offset-s.begin, 0), s.kept) }

func (s *stream) received() []byte {
	if s.end < 0 {
		return s.data
	}
	return s.data[:s.upTo(s.end)]
}

func (s *stream) discarded() []byte { return s.data[len(s.received()):] }

// omitted returns how many bytes the record did not keep.
func (s *stream) omitted() int64 { return s.whole - s.kept }
