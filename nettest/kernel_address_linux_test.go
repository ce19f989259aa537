package nettest_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/fakewire/fakewire/nettest"
)

// An addressRow is a story about what addresses mean, which must be the same on the kernel's
// loopback and on a Network.
type addressRow struct {
	name string
	why  string
	tell func(w *addressWorld)
}

var addressRows = []addressRow{
	{"listen on all", "both versions, however that is written, unless the network says which", func(w *addressWorld) {
		for _, network := range []string{"tcp", "tcp4", "tcp6"} {
			for _, address := range []string{"", ":", ":0", ":PORT", "0.0.0.0:PORT", "[::]:PORT"} {
				w.listen(network, address)
			}
		}
	}},
	{"listen on one", "what is dialed must be that", func(w *addressWorld) {
		w.listen("tcp", "127.0.0.1:0")
		w.listen("tcp", "127.0.0.1:PORT")
		w.listen("tcp", "127.0.0.9:PORT")
		w.listen("tcp", "[::1]:PORT")
		w.listen("tcp", "[::ffff:127.0.0.1]:PORT")
		w.listen("tcp4", "[::1]:0")
		w.listen("tcp6", "127.0.0.1:0")
		w.listen("tcp", "127.0.0.1")
		w.listen("tcp", "127.0.0.1:70000")
	}},
	{"listen on another family's network", "the address is of a wrong type", func(w *addressWorld) {
		w.listen("udp", "127.0.0.1:1")
		w.listenPacket("tcp", "127.0.0.1:1")
		w.listen("no such network", "127.0.0.1:1")
		w.listenPacket("no such network", "127.0.0.1:1")
	}},
	{"datagrams on all", "as for streams", func(w *addressWorld) {
		for _, network := range []string{"udp", "udp4", "udp6"} {
			for _, address := range []string{"", ":0", "127.0.0.1:0", "0.0.0.0:0", "[::]:0"} {
				w.listenPacket(network, address)
			}
		}
	}},
	{"dial nothing", "there is always something missing", func(w *addressWorld) {
		for _, address := range []string{"", "127.0.0.1", "::1:80", "127.0.0.1:70000", "127.0.0.1:no-such-service"} {
			w.dial("tcp", address)
			w.dial("udp", address)
		}
		w.dial("tcp4", "[::1]:1")
		w.dial("udp6", "127.0.0.1:1")
		w.dial("tcp", "127.0.0.1:0")
		w.dial("tcp", "[::ffff:127.0.0.1]:1")
	}},
	{"a context that is done", "listening needs none; dialling does", func(w *addressWorld) {
		ctx, cancel := context.WithCancel(w.ctx)
		cancel()
		w.ctx = ctx
		w.listen("tcp", "127.0.0.1:0")
		w.listenPacket("udp", "127.0.0.1:0")
		w.dial("tcp", "127.0.0.1:1")
	}},
	{"to odd addresses", "an address may be all of a host's, or none", func(w *addressWorld) {
		for _, network := range []string{"udp", "udp4", "udp6"} {
			w.writeTo(network, nil)
			w.writeTo(network, (*net.UDPAddr)(nil))
			w.writeTo(network, &net.UDPAddr{})
			w.writeTo(network, &net.UDPAddr{Port: 9})
			w.writeTo(network, &net.UDPAddr{IP: net.IPv4zero, Port: 9})
			w.writeTo(network, &net.UDPAddr{IP: net.IPv6zero, Port: 9})
			w.writeTo(network, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			w.writeTo(network, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9})
			w.writeTo(network, &net.UDPAddr{IP: net.IPv6loopback, Port: 9})
			w.writeTo(network, &net.UDPAddr{IP: net.IP{1, 2, 3}, Port: 9})
			w.writeTo(network, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9})
		}
		w.writeTo("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 70000})
		w.writeTo("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: -1})
	}},
	{"wrong in two ways", "what Linux and package net look at first", func(w *addressWorld) {
		for _, size := range []int{1, 65508, 65528, 65536} {
			for _, port := range []int{0, 9, 70000} {
				w.send("udp", "127.0.0.1:0", size, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
				w.send("udp", "127.0.0.1:0", size, &net.UDPAddr{IP: net.IPv6loopback, Port: port})
				w.send("udp", "[::1]:0", size, &net.UDPAddr{IP: net.IPv6loopback, Port: port})
				w.send("udp", "[::1]:0", size, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
				w.send("udp", "[::1]:0", size, &net.UDPAddr{IP: net.IP{1, 2, 3}, Port: port})
				w.send("udp", ":0", size, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
				w.send("udp", ":0", size, &net.UDPAddr{IP: net.IPv6loopback, Port: port})
				w.send("udp6", ":0", size, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
			}
		}
	}},
	{"from and to", "a socket of both versions has IPv4's addresses as IPv6's", func(w *addressWorld) {
		w.datagram("udp", ":0", "127.0.0.1")
		w.datagram("udp", ":0", "127.0.0.9")
		w.datagram("udp", ":0", "::1")
		w.datagram("udp", "0.0.0.0:0", "127.0.0.1")
		w.datagram("udp4", ":0", "127.0.0.1")
		w.datagram("udp", "127.0.0.1:0", "127.0.0.1")
	}},
}

func TestAddressesAreAsTheKernels(t *testing.T) {
	for _, r := range addressRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			var lc net.ListenConfig
			lc.SetMultipathTCP(false)
			kernel := &addressWorld{t: t, ctx: t.Context(), on: &lc, dialOn: new(net.Dialer).DialContext}
			r.tell(kernel)
			var n nettest.Network
			memory := &addressWorld{t: t, ctx: t.Context(), on: &n, dialOn: n.DialContext}
			r.tell(memory)
			if !slices.Equal(kernel.said, memory.said) {
				t.Errorf("%s: the kernel says\n\t%s\nin memory it is\n\t%s", r.why, strings.Join(kernel.said, "\n\t"), strings.Join(memory.said, "\n\t"))
			}
		})
	}
}
