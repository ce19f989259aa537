package transcript

import (
	"bytes"
	"slices"
)

// Received reports whether a client has sent text, in a stream or in a datagram, however it was cut on
// its way:
//
//	if !srv.Transcript().Received("PING\r\n") {
//		t.Errorf("no PING:\n%v", srv.Transcript())
//	}
//
// It looks at each connection by itself, and at each datagram, and never joins the bytes of two.
// Conn says which connection: tr.Conn(2).Received("PING\r\n"). As for FromClient, what a connection's
// handler can't have had was not received. What RecordLimit kept out of the record is not found.
//
// With the empty text it reports whether a client has sent anything, be it an empty datagram.
func (t Transcript) Received(text string) bool {
	return t.contains(FromClient, (*stream).received, text)
}

// Sent reports whether text has left for a client: Received in the other direction.
func (t Transcript) Sent(text string) bool {
	return t.contains(ToClient, func(s *stream) []byte { return s.data }, text)
}

// contains reports whether what part makes of direction d of a connection has text, or a datagram has.
func (t *Transcript) contains(d Direction, part func(*stream) []byte, text string) bool {
	has := func(p []byte) bool { return bytes.Contains(p, []byte(text)) }
	for n, events := range t.events.ByConn() {
		if n == 0 {
			continue
		}
		c := t.part(events)
		s := c.stream(d)
		if p := part(&s); len(p) > 0 && has(p) || slices.ContainsFunc(c.Datagrams(d), has) {
			return true
		}
	}
	return false
}
