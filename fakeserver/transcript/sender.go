package transcript

import "slices"

// A sender is what the numbers of a record count, in words of the same width.
type sender string

const (
	conn sender = "conn" // of streams
	peer sender = "peer" // of datagrams
)

// senders returns what t's numbers count. Of a network that package net does not know, the
// events tell.
func (t *Transcript) senders() sender {
	if t.header.IsOfDatagrams() {
		return peer
	}
	for at, x := range t.events.All() {
		if (*entry)(x).event(at).isOfDatagrams() {
			return peer
		}
	}
	return conn
}

// senders returns what c's numbers count, as far as datagrams that were kept tell.
func (c Canonical) senders() sender {
	if slices.ContainsFunc(c, func(s Side) bool { return len(s.Datagrams) > 0 }) {
		return peer
	}
	return conn
}
