package pcapng_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/gopacket/gopacket/reassembly"

	"github.com/fakewire/fakewire/fakeserver/transcript"
)

// A traffic is what gopacket makes of a capture: the reassembled streams, and the datagrams.
type traffic struct {
	server  netip.AddrPort
	streams map[netip.AddrPort]*stream // by the client's address
	packets int
}

// A stream is one connection, by direction.
type stream struct {
	server  netip.AddrPort
	data    [3][]byte
	missing [3]int64 // bytes that were not captured
	ending  [3]transcript.Ending
	grams   [3][][]byte
}

// reassemble reads a capture of a server with gopacket alone.
func reassemble(p []byte, server netip.AddrPort) (*traffic, error) {
	r, err := pcapgo.NewNgReader(bytes.NewReader(p), pcapgo.NgReaderOptions{ErrorOnMismatchingLinkType: true})
	if err != nil {
		return nil, err
	}
	all := &traffic{server: server, streams: map[netip.AddrPort]*stream{}}
	assembler := reassembly.NewAssembler(reassembly.NewStreamPool(all))
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			assembler.FlushAll()
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all.packets++
		if err := all.add(assembler, data, info); err != nil {
			return nil, fmt.Errorf("packet %d: %w", all.packets, err)
		}
	}
}

// add takes a packet into the traffic.
func (all *traffic) add(assembler *reassembly.Assembler, data []byte, info gopacket.CaptureInfo) error {
	p := gopacket.NewPacket(data, layers.LinkTypeRaw, gopacket.Default)
	whole := info.CaptureLength == info.Length
	if bad := p.ErrorLayer(); bad != nil && whole {
		return bad.Error()
	}
	if whole && len(data) < 1<<17 { // of larger ones, gopacket's sum overflows
		p.TransportLayer().(summed).SetNetworkLayerForChecksum(p.NetworkLayer())
		if err, wrong := p.VerifyChecksums(); err != nil || len(wrong) > 0 {
			return fmt.Errorf("checksums: %v %v", err, wrong)
		}
	}
	network := p.NetworkLayer().NetworkFlow()
	switch t := p.TransportLayer().(type) {
	case *layers.TCP:
		s, d := all.stream(network, t.TransportFlow())
		if t.FIN && s.ending[d] == transcript.StillOpen {
			s.ending[d] = transcript.ByFIN
		}
		if t.RST {
			for _, d := range []transcript.Direction{in, out} {
				if s.ending[d] == transcript.StillOpen {
					s.ending[d] = transcript.ByRST
				}
			}
		}
		if whole {
			assembler.Assemble(network, t)
		}
		s.missing[d] += int64(info.Length - info.CaptureLength)
	case *layers.UDP:
		s, d := all.stream(network, t.TransportFlow())
		s.grams[d] = append(s.grams[d], append([]byte{}, t.Payload...))
	default:
		return fmt.Errorf("no transport: %v", p)
	}
	return nil
}

// summed is a layer with a checksum.
type summed interface {
	SetNetworkLayerForChecksum(gopacket.NetworkLayer) error
}

// stream returns the connection that a packet is of, and the direction of the packet.
func (all *traffic) stream(network, transport gopacket.Flow) (*stream, transcript.Direction) {
	from, to := endpoint(network.Src(), transport.Src()), endpoint(network.Dst(), transport.Dst())
	client, d := from, in
	if from == all.server {
		client, d = to, out
	}
	s := all.streams[client]
	if s == nil {
		s = &stream{server: all.server}
		all.streams[client] = s
	}
	return s, d
}

func endpoint(ip, port gopacket.Endpoint) netip.AddrPort {
	a, _ := netip.AddrFromSlice(ip.Raw())
	n, err := strconv.Atoi(port.String())
	if err != nil {
		panic(err)
	}
	return netip.AddrPortFrom(a, uint16(n))
}

// New is the assembler's way to ask for a connection.
func (all *traffic) New(network, transport gopacket.Flow, _ *layers.TCP, _ reassembly.AssemblerContext) reassembly.Stream {
	s, d := all.stream(network, transport)
	return &half{s, d}
}

// half is a connection to the assembler, which saw the first packet in direction first.
type half struct {
	*stream
	first transcript.Direction
}

func (h *half) Accept(_ *layers.TCP, _ gopacket.CaptureInfo, _ reassembly.TCPFlowDirection, _ reassembly.Sequence, start *bool, _ reassembly.AssemblerContext) bool {
	*start = true
	return true
}

func (h *half) ReassembledSG(sg reassembly.ScatterGather, _ reassembly.AssemblerContext) {
	way, _, _, _ := sg.Info()
	d := h.first
	if way == reassembly.TCPDirServerToClient {
		d = in + out - d
	}
	n, _ := sg.Lengths()
	h.data[d] = append(h.data[d], sg.Fetch(n)...)
}

func (h *half) ReassemblyComplete(reassembly.AssemblerContext) bool { return false }
