package nettest

import "net/netip"

// A Host is a machine on a Network: addresses to listen on, and to dial from.
// [Network.Host] makes one. It is a fakeserver.Transport, as the Network is.
type Host struct {
	network *Network
	name    string
	addrs   []netip.Addr

	// The network's mu guards these.
	ways    map[*Host]*way
	streams table[*Listener]
	clients table[*Conn]
	packets table[*PacketConn]
}

// Name returns the name by which the host was first asked for.
func (h *Host) Name() string { return h.name }

// Addr returns the host's address, or the first if it has several.
func (h *Host) Addr() netip.Addr { return h.addrs[0] }

func (h *Host) isLocal() bool { return h.addrs[0].IsLoopback() }

// source returns the address that the host sends from, if it has one of the same version.
func (h *Host) source(to netip.Addr) (netip.Addr, bool) {
	for _, a := range h.addrs {
		if a.Is4() == to.Is4() {
			return a, true
		}
	}
	return netip.Addr{}, false
}
