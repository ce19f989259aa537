package pcapng

import (
	"encoding/binary"
	"net/netip"
	"strings"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// Addresses that stand for what is no IP address: from the block that RFC 3849 keeps for
// documentation, which no network has. The ports are ones that Wireshark takes for no protocol's.
var (
	serverStandIn = netip.MustParseAddrPort("[2001:db8::1]:1")
	clientStandIn = netip.MustParsePrefix("2001:db8:0:1::/64") // a connection's number is the rest
)

const clientPort = 49152

// server returns the server's address, or what stands for it.
func server(h transcript.Header) (a netip.AddrPort, standsIn bool) {
	if a, ok := parse(h, h.Address); ok {
		return a, false
	}
	return serverStandIn, true
}

// client returns the address of connection or peer n, or what stands for it.
func client(h transcript.Header, n int, peer string) (a netip.AddrPort, standsIn bool) {
	if a, ok := parse(h, peer); ok {
		return a, false
	}
	ip := clientStandIn.Addr().As16()
	binary.BigEndian.PutUint64(ip[8:], uint64(n))
	return netip.AddrPortFrom(netip.AddrFrom16(ip), clientPort), true
}

// parse returns the IP address and port that text is. Of a zone, packets know nothing.
func parse(h transcript.Header, text string) (a netip.AddrPort, ok bool) {
	a, err := netip.ParseAddrPort(text)
	if err != nil || strings.HasPrefix(h.Network, "unix") {
		return netip.AddrPort{}, false
	}
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()), true
}

// alike returns two addresses as ones of the same family: IPv4 becomes IPv6 if the other is that.
func alike(a, b netip.AddrPort) (netip.AddrPort, netip.AddrPort) {
	if a.Addr().Is4() == b.Addr().Is4() {
		return a, b
	}
	return widen(a), widen(b)
}

// widen returns a as an address of IPv6.
func widen(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(a.Addr().As16()), a.Port())
}

// maxName is the longest name of an address: Wireshark has room for as much.
const maxName = 200

// hostName makes a name of an address's text, which can be a path. Names have no zeros and no spaces.
func hostName(text, otherwise string) string {
	text = strings.Map(func(r rune) rune {
		if r <= ' ' {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(text, "_"))
	if text == "" || text == "@" { // a unix socket without a name
		return otherwise
	}
	return strings.ToValidUTF8(text[max(0, len(text)-maxName):], "") // of a path, the end says more
}
