package scenarios

import (
	"net/netip"
	"slices"

	"github.com/fakewire/fakewire/fakeserver/transcript"
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

// addrs are the addresses of clients.
type addrs map[netip.AddrPort]bool

// clientAddrs returns the addresses that the connections of t came from.
func clientAddrs(t transcript.Transcript) addrs {
	all := addrs{}
	for e := range t.Kind(transcript.Accept).All() {
		if ap, err := netip.ParseAddrPort(e.Peer); err == nil {
			all[netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())] = true
		}
	}
	return all
}

// port reports whether one of the addresses has the port.
func (all addrs) port(port uint16) bool {
	for ap := range all {
		if ap.Port() == port {
			return true
		}
	}
	return false
}
