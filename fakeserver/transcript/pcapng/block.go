package pcapng

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket/layers"
)

// The blocks of a capture file, and their options, by their numbers. At this version gopacket's writer has
// neither comments of packets nor names: see https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html
// for what is written here.
const (
	sectionBlock   = 0x0A0D0D0A
	interfaceBlock = 1
	namesBlock     = 4
	packetBlock    = 6

	endOption     = 0
	commentOption = 1
	flagsOption   = 2 // of a packet
	nameOption    = 2 // of an interface
	aboutOption   = 3 // of an interface
	programOption = 4 // of the section
	timesOption   = 9 // of an interface

	nanoseconds = 9 // decimal places of a second
	inbound     = 1 // flags of a packet
	outbound    = 2
)

// maxCaptured is the largest packet that Wireshark reads.
const maxCaptured = 262144

// blocks writes the blocks of a capture file, little-endian. Its errors are those of the writer,
// which flush returns.
type blocks struct {
	w    *bufio.Writer
	body []byte // of the block that is being made; its memory serves again
}

func newBlocks(w io.Writer) *blocks { return &blocks{w: bufio.NewWriter(w)} }

func (b *blocks) flush() error { return b.w.Flush() }

// section begins the file.
func (b *blocks) section(comments []string) {
	b.body = append(b.body[:0], 0x4D, 0x3C, 0x2B, 0x1A) // the byte order
	b.body = binary.LittleEndian.AppendUint16(b.body, 1)
	b.body = binary.LittleEndian.AppendUint16(b.body, 0)              // version 1.0
	b.body = binary.LittleEndian.AppendUint64(b.body, math.MaxUint64) // the length is not told
	b.option(programOption, "fakewire")
	b.comments(comments)
	b.end(sectionBlock)
}

// wire is the interface that all packets are of.
func (b *blocks) wire(about string, comments []string) {
	b.body = binary.LittleEndian.AppendUint16(b.body[:0], uint16(layers.LinkTypeRaw))
	b.body = binary.LittleEndian.AppendUint16(b.body, 0)
	b.body = binary.LittleEndian.AppendUint32(b.body, maxCaptured)
	b.option(nameOption, "wire")
	b.option(aboutOption, about)
	b.option(timesOption, string([]byte{nanoseconds}))
	b.comments(comments)
	b.end(interfaceBlock)
}

// packet has a packet of which the first bytes were captured, and how long it was.
func (b *blocks) packet(at time.Time, captured []byte, size int, flags uint32, comments []string) {
	ticks := uint64(at.UnixNano())
	b.body = binary.LittleEndian.AppendUint32(b.body[:0], 0) // the interface
	b.body = binary.LittleEndian.AppendUint32(b.body, uint32(ticks>>32))
	b.body = binary.LittleEndian.AppendUint32(b.body, uint32(ticks))
	b.body = binary.LittleEndian.AppendUint32(b.body, uint32(len(captured)))
	b.body = binary.LittleEndian.AppendUint32(b.body, uint32(size))
	b.bytes(captured)
	b.comments(comments)
	b.option(flagsOption, string(binary.LittleEndian.AppendUint32(nil, flags)))
	b.end(packetBlock)
}

// name says what an address stands for, which is one of IPv6.
func (b *blocks) name(address netip.Addr, name string) {
	const ipv6 = 2
	value := append(append(address.AsSlice(), name...), 0)
	b.body = binary.LittleEndian.AppendUint16(b.body[:0], ipv6)
	b.body = binary.LittleEndian.AppendUint16(b.body, uint16(len(value)))
	b.bytes(value)
	b.body = append(b.body, 0, 0, 0, 0) // there are no more
	b.end(namesBlock)
}

func (b *blocks) comments(texts []string) {
	for _, text := range texts {
		for _, part := range split(text) {
			b.option(commentOption, part)
		}
	}
}

// option adds an option, whose value must not be longer than an option's can be.
func (b *blocks) option(code uint16, value string) {
	b.body = binary.LittleEndian.AppendUint16(b.body, code)
	b.body = binary.LittleEndian.AppendUint16(b.body, uint16(len(value)))
	b.bytes([]byte(value))
}

// bytes adds p and what fills up its last four bytes.
func (b *blocks) bytes(p []byte) {
	b.body = append(b.body, p...)
	b.body = append(b.body, make([]byte, -len(p)&3)...)
}

// end writes the block, which ends with options.
func (b *blocks) end(kind uint32) {
	if kind != namesBlock {
		b.body = append(b.body, endOption, 0, 0, 0)
	}
	size := binary.LittleEndian.AppendUint32(nil, uint32(len(b.body)+12))
	b.w.Write(binary.LittleEndian.AppendUint32(nil, kind))
	b.w.Write(size)
	b.w.Write(b.body)
	b.w.Write(size)
}
