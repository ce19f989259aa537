package scenarios

import (
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/subject"
)

// longest returns the connection or peer of t to which the server sent the most,
// which is the one with the reply.
func longest(t transcript.Transcript) transcript.Transcript {
	var best transcript.Transcript
	for n := 1; n <= t.Conns(); n++ {
		if c := t.Conn(n); n == 1 || serverSent(c) > serverSent(best) {
			best = c
		}
	}
	return best
}

// serverSent returns how many bytes the server sent in t.
func serverSent(t transcript.Transcript) int64 {
	var sum int64
	for e := range t.All() {
		if e.Direction == transcript.ToClient {
			sum += e.Size()
		}
	}
	return sum
}

// clientsSent returns how many bytes clients sent in t.
func clientsSent(t transcript.Transcript) int64 {
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
func allEnded(t transcript.Transcript, d transcript.Direction) bool {
	return t.Conns() > 0 && haveEnded(t, t.Conns(), d)
}

// haveEnded reports whether one direction of the first conns connections has ended.
func haveEnded(t transcript.Transcript, conns int, d transcript.Direction) bool {
	for n := 1; n <= conns; n++ {
		if t.Conn(n).Ending(d) == transcript.StillOpen {
			return false
		}
	}
	return true
}

// actedOn returns the connections on which a rule acted.
func actedOn(t transcript.Transcript) []int {
	var conns []int
	for _, e := range t.Faults() {
		if !slices.Contains(conns, e.Conn) {
			conns = append(conns, e.Conn)
		}
	}
	return conns
}

// clientPorts returns the ports that the connections of t came from.
func clientPorts(t transcript.Transcript) map[uint16]bool {
	ports := map[uint16]bool{}
	for _, ap := range subject.Clients(t) {
		ports[ap.Port()] = true
	}
	return ports
}
