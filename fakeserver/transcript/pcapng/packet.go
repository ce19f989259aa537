package pcapng

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// A packer makes packets. Its memory serves again: a packet is valid until the next.
type packer struct {
	buffer gopacket.SerializeBuffer
	zeros  []byte
}

func newPacker() *packer { return &packer{buffer: gopacket.NewSerializeBuffer()} }

// A header is what TCP says in a segment.
type header struct {
	flags    flags
	seq, ack uint32
	options  []layers.TCPOption
}

// flags are some of TCP's.
type flags uint8

const (
	fin flags = 1 << iota
	syn
	rst
	psh
	ack
)

// Windows are as large as they can be: what the true ones were is not known, and that one was full, no
// packet may say.
const (
	window      = 1<<16 - 1
	windowScale = 14
)

// A payload is the bytes of a packet, of which those that are not known were not captured.
type payload struct {
	data []byte
	size int // if larger than data, which is nil then: they are not known
}

func known(p []byte) payload { return payload{p, len(p)} }

func unknown(n int) payload { return payload{nil, n} }

func (p payload) isKnown() bool { return len(p.data) == p.size }

// segment returns the packet of a TCP segment, as much of it as is captured, and its true size.
func (k *packer) segment(from, to netip.AddrPort, h header, p payload) (captured []byte, size int) {
	t := &layers.TCP{
		SrcPort: layers.TCPPort(from.Port()), DstPort: layers.TCPPort(to.Port()), Seq: h.seq, Ack: h.ack,
		FIN: h.flags&fin != 0, SYN: h.flags&syn != 0, RST: h.flags&rst != 0, PSH: h.flags&psh != 0, ACK: h.flags&ack != 0,
		Window: window, Options: h.options,
	}
	return k.pack(from, to, layers.IPProtocolTCP, t, p)
}

// datagram returns the packet of a UDP datagram, as segment does.
func (k *packer) datagram(from, to netip.AddrPort, p payload) (captured []byte, size int) {
	if from.Addr().Is4() && p.size > maxDatagram4 { // no packet of IPv4 is as large, but a jumbogram is
		from, to = widen(from), widen(to)
	}
	u := &layers.UDP{SrcPort: layers.UDPPort(from.Port()), DstPort: layers.UDPPort(to.Port())}
	return k.pack(from, to, layers.IPProtocolUDP, u, p)
}

// maxDatagram4 is the largest datagram of IPv4: 65,535 bytes without two headers.
const maxDatagram4 = 1<<16 - 1 - 20 - 8

// A transport is TCP or UDP.
type transport interface {
	gopacket.SerializableLayer
	SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
}

// pack returns the packet that carries p. Of bytes that are not known, zeros hold the place in the lengths.
func (k *packer) pack(from, to netip.AddrPort, proto layers.IPProtocol, t transport, p payload) (captured []byte, size int) {
	data := p.data
	if !p.isKnown() {
		k.zeros = append(k.zeros, make([]byte, max(0, p.size-len(k.zeros)))...)
		data = k.zeros[:p.size]
	}
	network := networkLayer(from.Addr(), to.Addr(), proto)
	err := t.SetNetworkLayerForChecksum(network.(gopacket.NetworkLayer))
	if err == nil {
		err = gopacket.SerializeLayers(k.buffer, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, network, t, gopacket.Payload(data))
	}
	if err != nil {
		panic("pcapng: a packet can't be: " + err.Error()) // no layer is other than what is made here
	}
	captured = k.buffer.Bytes()
	if u, ok := t.(*layers.UDP); ok && u.Length == 0 {
		sumJumbogram(from.Addr(), to.Addr(), captured[len(captured)-p.size-8:])
	}
	size = len(captured)
	if !p.isKnown() {
		captured = captured[:size-p.size]
	}
	return captured[:min(len(captured), maxCaptured)], size
}

func networkLayer(from, to netip.Addr, proto layers.IPProtocol) gopacket.SerializableLayer {
	const hops = 64
	if from.Is4() {
		return &layers.IPv4{Version: 4, TTL: hops, Protocol: proto, Flags: layers.IPv4DontFragment, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}
	}
	return &layers.IPv6{Version: 6, HopLimit: hops, NextHeader: proto, SrcIP: from.AsSlice(), DstIP: to.AsSlice()}
}

// sumJumbogram writes the checksum of a datagram with its header. That of gopacket overflows where there is
// more than 128 KiB to sum up.
func sumJumbogram(from, to netip.Addr, datagram []byte) {
	const at, part = 6, 1 << 16
	datagram[at], datagram[at+1] = 0, 0
	pseudo := binary.BigEndian.AppendUint32(append(from.AsSlice(), to.AsSlice()...), uint32(len(datagram)))
	sum := gopacket.ComputeChecksum(append(pseudo, 0, 0, 0, byte(layers.IPProtocolUDP)), 0)
	for p := range slices.Chunk(datagram, part) {
		sum = uint32(^gopacket.FoldChecksum(gopacket.ComputeChecksum(p, sum)))
	}
	folded := gopacket.FoldChecksum(sum)
	if folded == 0 { // which would say that there is none
		folded = math.MaxUint16
	}
	binary.BigEndian.PutUint16(datagram[at:], folded)
}
