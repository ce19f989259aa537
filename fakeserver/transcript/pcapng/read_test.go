package pcapng_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/fakewire/fakewire/fakeserver/transcript"
	"github.com/fakewire/fakewire/fakeserver/transcript/pcapng"
)

// A file is a capture as the tests read it, block by block.
type file struct {
	section, wire []string // comments
	about         string   // the wire's description
	names         map[string]string
	frames        []frame
}

// A frame is a packet of a capture.
type frame struct {
	at       time.Time
	size     int // on the wire
	data     []byte
	way      uint32
	comments []string
}

// write writes a recording, and reads that.
func write(t testing.TB, rec transcript.Recording) file {
	t.Helper()
	var b bytes.Buffer
	if err := pcapng.Write(&b, rec); err != nil {
		t.Fatal(err)
	}
	f, err := read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// read reads a capture, and is strict about its form.
func read(p []byte) (f file, err error) {
	defer func() {
		if bad := recover(); bad != nil {
			err = fmt.Errorf("the capture is malformed: %v", bad)
		}
	}()
	f.names = map[string]string{}
	for n := 0; len(p) > 0; n++ {
		kind, size := u32(p), u32(p[4:])
		if size%4 != 0 || u32(p[size-4:]) != size {
			return f, fmt.Errorf("block %d has size %d, and %d at its end", n, size, u32(p[size-4:]))
		}
		if (kind == 0x0A0D0D0A) != (n == 0) {
			return f, fmt.Errorf("block %d is of kind %#x", n, kind)
		}
		if err := f.add(kind, p[8:size-4]); err != nil {
			return f, fmt.Errorf("block %d: %w", n, err)
		}
		p = p[size:]
	}
	return f, nil
}

func u16(p []byte) int { return int(binary.LittleEndian.Uint16(p)) }

func u32(p []byte) uint32 { return binary.LittleEndian.Uint32(p) }

func (f *file) add(kind uint32, p []byte) error {
	switch kind {
	case 0x0A0D0D0A:
		return options(p[16:], func(code int, v string) {
			if code == 1 {
				f.section = append(f.section, v)
			}
		})
	case 1:
		return options(p[8:], func(code int, v string) {
			switch code {
			case 1:
				f.wire = append(f.wire, v)
			case 3:
				f.about = v
			}
		})
	case 4:
		n := u16(p[2:])
		addr, name := p[4:20], p[20:4+n]
		f.names[netip.AddrFrom16([16]byte(addr)).String()] = strings.TrimSuffix(string(name), "\x00")
		return nil
	case 6:
		n := int(u32(p[12:]))
		x := frame{at: time.Unix(0, int64(u32(p[4:]))<<32|int64(u32(p[8:]))).UTC(), size: int(u32(p[16:])), data: p[20:][:n]}
		err := options(p[20+(n+3)/4*4:], func(code int, v string) {
			switch code {
			case 1:
				x.comments = append(x.comments, v)
			case 2:
				x.way = u32([]byte(v))
			}
		})
		f.frames = append(f.frames, x)
		return err
	}
	return fmt.Errorf("it is of kind %d", kind)
}

// options calls each with the options at p, which they fill.
func options(p []byte, each func(code int, value string)) error {
	for {
		code, n := u16(p), u16(p[2:])
		value := string(p[4:][:n])
		p = p[4+(n+3)/4*4:]
		switch {
		case code == 0 && len(p) == 0:
			return nil
		case code == 0:
			return fmt.Errorf("%d bytes after the last option", len(p))
		case code == 1 && (!utf8.ValidString(value) || strings.Contains(value, "\x00")):
			return fmt.Errorf("the comment %.40q is no text", value)
		}
		each(code, value)
	}
}

// allComments returns those of all packets.
func (f file) allComments() (all []string) {
	for _, x := range f.frames {
		all = append(all, x.comments...)
	}
	return all
}

// String returns the packets with their times and comments.
func (f file) String() string {
	var b strings.Builder
	for _, x := range f.frames {
		fmt.Fprintf(&b, "%s %v\n", x.at.Format("05.000000"), x)
		for _, text := range x.comments {
			fmt.Fprintf(&b, "    %s\n", text)
		}
	}
	return b.String()
}

// String returns the packet as a line, with sequence numbers that count from the connection's first.
func (x frame) String() string {
	var b strings.Builder
	p := gopacket.NewPacket(x.data, layers.LinkTypeRaw, gopacket.NoCopy)
	from, to := p.NetworkLayer().NetworkFlow().Endpoints()
	fmt.Fprintf(&b, "%s -> %s", address(from), address(to))
	if x.way != 1 && x.way != 2 {
		fmt.Fprintf(&b, " way %d", x.way)
	}
	switch l := p.TransportLayer().(type) {
	case *layers.TCP:
		const perConn = 1_000_000
		fmt.Fprintf(&b, " %s %d", flags(l), int64(l.Seq)%perConn)
		if l.ACK {
			fmt.Fprintf(&b, " ack %d", int64(l.Ack)%perConn)
		}
		b.WriteString(body(l.Payload))
	case *layers.UDP:
		fmt.Fprintf(&b, " udp %d>%d%s", l.SrcPort, l.DstPort, body(l.Payload))
	}
	if x.size > len(x.data) {
		fmt.Fprintf(&b, " and %d bytes that were not captured", x.size-len(x.data))
	}
	return b.String()
}

func address(e gopacket.Endpoint) string { a, _ := netip.AddrFromSlice(e.Raw()); return a.String() }

func body(p []byte) string {
	if len(p) > 20 {
		return fmt.Sprintf(" %d B", len(p))
	}
	return fmt.Sprintf(" %q", p)
}

func flags(l *layers.TCP) string {
	var all []string
	for i, is := range []bool{l.SYN, l.FIN, l.RST, l.PSH, l.ACK} {
		if is {
			all = append(all, []string{"SYN", "FIN", "RST", "PSH", "ACK"}[i])
		}
	}
	return strings.Join(all, "+")
}

// lines returns what String returns for the frames without comments.
func (f file) lines() (lines []string) {
	for _, x := range f.frames {
		lines = append(lines, x.String())
	}
	return lines
}

// wantLines checks the packets.
func (f file) wantLines(t *testing.T, want ...string) {
	t.Helper()
	if got := f.lines(); !slices.Equal(got, want) {
		t.Errorf("the packets are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// wantComments checks that each of these texts is in one of the comments.
func wantComments(t *testing.T, comments []string, want ...string) {
	t.Helper()
	for _, text := range want {
		if !slices.ContainsFunc(comments, func(c string) bool { return strings.Contains(c, text) }) {
			t.Errorf("no comment has %q:\n%.2000s", text, strings.Join(comments, "\n"))
		}
	}
}
