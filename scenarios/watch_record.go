package scenarios

import (
	"iter"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/subject"
)

// A history is the record of a server, or are the records of several.
type history interface {
	Conns() int
	Conn(n int) transcript.Transcript
	All() iter.Seq[transcript.Event]
}

// longest returns the connection or peer of t to which a server sent the most,
// which is the one with the reply.
func longest(t history) transcript.Transcript {
	var best transcript.Transcript
	for n := 1; n <= t.Conns(); n++ {
		if c := t.Conn(n); n == 1 || serverSent(c) > serverSent(best) {
			best = c
		}
	}
	return best
}

// serverSent returns how many bytes servers sent in t.
func serverSent(t history) int64 {
	var sum int64
	for e := range t.All() {
		if e.Direction == transcript.ToClient {
			sum += e.Size()
		}
	}
	return sum
}

// clientsSent returns how many bytes clients sent in t.
func clientsSent(t history) int64 {
	var sum int64
	for e := range t.All() {
		if fromClient(e) {
			sum += e.Size()
		}
	}
	return sum
}

// fromClient reports whether e has bytes of a stream that its client sent.
func fromClient(e transcript.Event) bool {
	return e.Direction == transcript.FromClient && (e.Kind == transcript.Data || e.Kind == transcript.Discarded)
}

// allEnded reports whether one direction of all connections that there were has
// ended.
func allEnded(t history, d transcript.Direction) bool {
	for n := 1; n <= t.Conns(); n++ {
		if t.Conn(n).Ending(d) == transcript.StillOpen {
			return false
		}
	}
	return t.Conns() > 0
}

// clientPorts returns the ports that the connections of records came from.
func clientPorts(all ...transcript.Transcript) map[uint16]bool {
	ports := map[uint16]bool{}
	for _, t := range all {
		for _, ap := range subject.Clients(t) {
			ports[ap.Port()] = true
		}
	}
	return ports
}
