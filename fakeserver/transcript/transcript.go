package transcript

import (
	"bytes"
	"iter"
	"strings"
)

// A Transcript is an immutable snapshot of a record. Its zero value is empty.
type Transcript struct {
	header Header
	events chunks
}

// Header says what this is a record of.
func (t Transcript) Header() Header { return t.header }

// Len returns the number of events.
func (t Transcript) Len() int { return t.events.n }

// All returns the events in their order.
func (t Transcript) All() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for _, e := range t.events.all() {
			if !yield(*e) {
				return
			}
		}
	}
}

// Conn returns the events of connection or peer n. It is empty if there was no
// such connection.
func (t Transcript) Conn(n int) Transcript {
	return t.only(func(e *Event) bool { return e.Conn == n })
}

// Conns returns how many connections the server accepted, or how many peers there
// were: addresses that sent it a datagram, or that it sent one.
func (t Transcript) Conns() int {
	n := 0
	for _, e := range t.events.all() {
		n = max(n, e.Conn)
	}
	return n
}

// Kind returns the events of one kind.
func (t Transcript) Kind(k Kind) Transcript {
	return t.only(func(e *Event) bool { return e.Kind == k })
}

// Faults returns the events in which a rule of the plan acted.
func (t Transcript) Faults() []Event {
	faults := t.Kind(Fault)
	return faults.events.list()
}

// FromClient returns a copy of all bytes that clients sent and the record kept,
// joined: connection by connection, each in stream order.
func (t Transcript) FromClient() []byte { return t.bytes(FromClient) }

// ToClient returns a copy of all bytes that left for clients and that the record
// kept, joined as for FromClient.
func (t Transcript) ToClient() []byte { return t.bytes(ToClient) }

// Lines returns what clients sent, cut into lines without their "\n" or "\r\n",
// connection by connection. A last line without an end counts.
func (t Transcript) Lines() []string {
	var lines []string
	for n := 1; n <= t.Conns(); n++ {
		for line := range bytes.Lines(t.Conn(n).FromClient()) {
			text := strings.TrimSuffix(string(line), "\n")
			lines = append(lines, strings.TrimSuffix(text, "\r"))
		}
	}
	return lines
}

// Datagrams returns the datagrams of one direction in order. They are shared
// with the record and must not be changed.
func (t Transcript) Datagrams(d Direction) [][]byte {
	var all [][]byte
	for i, e := range t.events.all() {
		if e.Direction == d && e.Kind == Datagram && e.Data != nil && !t.refused(i, e) {
			all = append(all, e.Data)
		}
	}
	return all
}

// refused reports whether the socket refused to send the datagram of e, the event
// with index i.
func (t Transcript) refused(i int, e *Event) bool {
	if e.Direction != ToClient {
		return false
	}
	for _, later := range t.events.from(i + 1) {
		if later.Conn == e.Conn && later.Direction == e.Direction {
			return later.Kind == Unsent && later.Offset == e.Offset
		}
	}
	return false
}

// Omitted returns how many bytes of direction d were counted but not kept,
// because of the record's limit.
func (t Transcript) Omitted(d Direction) int64 {
	var n int64
	for conn := 0; conn <= t.Conns(); conn++ {
		n += t.omittedOn(conn, d)
	}
	return n
}

// omittedOn is Omitted for one connection. What is kept comes before what is not.
func (t Transcript) omittedOn(conn int, d Direction) int64 {
	var length, kept int64
	for _, e := range t.events.all() {
		switch {
		case e.Conn != conn || e.Direction != d:
		case e.Kind == Unsent && e.Count > 0 && e.Peer == "": // a datagram's is counted apart
			length = min(length, e.Offset)
			kept = min(kept, length)
		default:
			length += e.Size()
			kept += int64(len(e.Data))
		}
	}
	return length - kept
}

// Ending returns how direction d of the connection ended; with several
// connections in t, of the one with the highest number.
func (t Transcript) Ending(d Direction) Ending {
	last, ending := t.Conns(), StillOpen
	for _, e := range t.events.all() {
		if e.Conn != last {
			continue
		}
		switch {
		case e.Kind == Unsent && e.Count == 0 && e.Direction == d:
			ending = StillOpen
		case ending != StillOpen:
		case e.Kind == FIN && e.Direction == d:
			ending = ByFIN
		case e.Kind == RST:
			ending = ByRST
		case e.Kind == Close:
			ending = ByClose
		}
	}
	return ending
}

// Drops returns how many datagrams the kernel lost for want of buffer space.
func (t Transcript) Drops() int64 {
	var n int64
	for _, e := range t.events.all() {
		if e.Kind == Drop {
			n += e.Count
		}
	}
	return n
}

func (t Transcript) only(keep func(*Event) bool) Transcript {
	some := Transcript{header: t.header}
	for _, e := range t.events.all() {
		if keep(e) {
			some.events.add(e)
		}
	}
	return some
}

// bytes joins the kept stream bytes of direction d, leaving out what was taken
// back.
func (t Transcript) bytes(d Direction) []byte {
	var all []byte
	for n := 1; n <= t.Conns(); n++ {
		all = append(all, t.side(n, d)...)
	}
	return all
}

// side joins the kept stream bytes of direction d of connection n.
func (t Transcript) side(n int, d Direction) []byte {
	var all []byte
	for _, e := range t.events.all() {
		switch {
		case e.Conn != n || e.Direction != d:
		case e.carriesBytes():
			all = append(all, e.Data...)
		case e.Kind == Unsent:
			all = all[:min(int64(len(all)), e.Offset)]
		}
	}
	return all
}
