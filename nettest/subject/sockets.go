package subject

import (
	"net/netip"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/nettest/internal/process"
)

// Sockets returns the descriptors of this process that are TCP sockets, and do not listen, for whose addresses cond
// holds. A socket keeps its own address when its connection is over, until it is closed; the other end's is
// zero by then. Where a process can't list its descriptors (it can on Linux), the error wraps errors.ErrUnsupported.
func Sockets(cond func(local, remote netip.AddrPort) bool) ([]int, error) {
	return process.Streams(cond)
}

// Clients returns the IP addresses and ports that the connections of a record came from, or its datagrams.
func Clients(t transcript.Transcript) []netip.AddrPort {
	var all []netip.AddrPort
	for e := range t.Kind(transcript.Accept).All() {
		if ap, err := netip.ParseAddrPort(e.Peer); err == nil {
			all = append(all, netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()))
		}
	}
	return all
}
