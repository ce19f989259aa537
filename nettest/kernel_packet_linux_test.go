package nettest_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakewire/fakewire/nettest"
)

func TestDatagramsAreAsTheKernels(t *testing.T) {
	for _, r := range packetRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			var lc net.ListenConfig
			kernel := tellPackets(t, r, lc.ListenPacket, new(net.Dialer).DialContext)
			var n nettest.Network
			memory := tellPackets(t, r, n.ListenPacket, n.DialContext)
			if !slices.Equal(kernel, memory) {
				t.Errorf("%s: the kernel says\n\t%s\nin memory it is\n\t%s", r.why, strings.Join(kernel, "\n\t"), strings.Join(memory, "\n\t"))
			}
		})
	}
}

// A packetConn is what a UDP socket and one in memory have in common.
type packetConn interface {
	net.Conn
	net.PacketConn
	ReadMsgUDPAddrPort(b, oob []byte) (n, oobn, flags int, addr netip.AddrPort, err error)
	ReadFromUDP(b []byte) (int, *net.UDPAddr, error)
	ReadMsgUDP(b, oob []byte) (n, oobn, flags int, addr *net.UDPAddr, err error)
	WriteToUDP(b []byte, addr *net.UDPAddr) (int, error)
	WriteMsgUDP(b, oob []byte, addr *net.UDPAddr) (n, oobn int, err error)
	WriteMsgUDPAddrPort(b, oob []byte, addr netip.AddrPort) (n, oobn int, err error)
}

type listenPacket func(ctx context.Context, network, address string) (net.PacketConn, error)

func tellPackets(t *testing.T, r packetRow, listen listenPacket, dial dialFunc) []string {
	pc, err := listen(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := dial(t.Context(), "udp", pc.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	a := &packetSide{side{t: t, name: "a", said: &said}, c.(packetConn), pc.LocalAddr(), listen, dial}
	b := &packetSide{side{t: t, name: "b", said: &said}, pc.(packetConn), c.LocalAddr(), listen, dial}
	defer func() { a.pc.Close(); b.pc.Close() }()
	r.tell(a, b)
	return said
}

type packetSide struct {
	side
	pc     packetConn
	other  net.Addr
	listen listenPacket
	dial   dialFunc
}

func (s *packetSide) say(what string, err error) {
	text := s.describe(err, s.pc.LocalAddr(), s.other)
	*s.said = append(*s.said, s.name+": "+what+": "+text)
}

func (s *packetSide) write(size int) {
	n, err := s.pc.Write(make([]byte, size))
	s.say(fmt.Sprintf("Write(%d) = %d", size, n), err)
}

func (s *packetSide) writeTo(size int) {
	n, err := s.pc.WriteTo(make([]byte, size), s.other)
	s.say(fmt.Sprintf("WriteTo(%d) = %d", size, n), err)
}

func (s *packetSide) answer(size int) { s.writeTo(size) }

func (s *packetSide) read(size int) {
	n, err := s.pc.Read(make([]byte, size))
	s.say(fmt.Sprintf("Read(%d) = %d", size, n), err)
}

func (s *packetSide) readFrom(size int) {
	n, from, err := s.pc.ReadFrom(make([]byte, size))
	s.say(fmt.Sprintf("ReadFrom(%d) = %d from %s", size, n, place(from, s.pc.LocalAddr(), s.other)), err)
}

func (s *packetSide) readMsg(size int) {
	n, _, flags, from, err := s.pc.ReadMsgUDPAddrPort(make([]byte, size), nil)
	same := from == s.other.(*net.UDPAddr).AddrPort()
	s.say(fmt.Sprintf("ReadMsg(%d) = %d, flags %#x, from there %v", size, n, flags&^0x40000000, same), err) // without MSG_CMSG_CLOEXEC
}

// writeMsg sends a datagram with WriteMsgUDP and with WriteMsgUDPAddrPort.
func (s *packetSide) writeMsg(size int, to net.Addr) {
	addr, _ := to.(*net.UDPAddr)
	n, _, err := s.pc.WriteMsgUDP(make([]byte, size), nil, addr)
	s.say(fmt.Sprintf("WriteMsgUDP(%d) = %d", size, n), err)
	n, _, err = s.pc.WriteMsgUDPAddrPort(make([]byte, size), nil, addr.AddrPort())
	s.say(fmt.Sprintf("WriteMsgUDPAddrPort(%d) = %d", size, n), err)
	if addr != nil {
		n, err = s.pc.WriteToUDP(make([]byte, size), addr)
		s.say(fmt.Sprintf("WriteToUDP(%d) = %d", size, n), err)
	}
}

// readMsgUDP reads two datagrams.
func (s *packetSide) readMsgUDP(size int) {
	n, _, flags, from, err := s.pc.ReadMsgUDP(make([]byte, size), nil)
	s.say(fmt.Sprintf("ReadMsgUDP(%d) = %d, flags %#x, from there %v", size, n, flags&^0x40000000, from.String() == s.other.String()), err)
	n, from, err = s.pc.ReadFromUDP(make([]byte, size))
	s.say(fmt.Sprintf("ReadFromUDP(%d) = %d, from there %v", size, n, from.String() == s.other.String()), err)
}

// readMsgError reads with ReadMsgUDP and with ReadMsgUDPAddrPort, under a deadline, and says what they return besides the error.
func (s *packetSide) readMsgError(d time.Duration) {
	s.pc.SetReadDeadline(in(d))
	n, oobn, flags, from, err := s.pc.ReadMsgUDP(make([]byte, 9), nil)
	s.say(fmt.Sprintf("ReadMsgUDP = %d, %d, %d from %v", n, oobn, flags, from), err)
	s.pc.SetReadDeadline(in(d))
	n, oobn, flags, ap, err := s.pc.ReadMsgUDPAddrPort(make([]byte, 9), nil)
	s.say(fmt.Sprintf("ReadMsgUDPAddrPort = %d, %d, %d from %v", n, oobn, flags, ap), err)
	s.pc.SetReadDeadline(time.Time{})
}

func (s *packetSide) blockedReadMsg(do func()) {
	what, err := s.whileBlocked(func() (string, error) {
		n, _, _, from, err := s.pc.ReadMsgUDP(make([]byte, 9), nil)
		return fmt.Sprintf("blocked ReadMsgUDP = %d from %v", n, from), err
	}, do)
	s.say(what, err)
}

func (s *packetSide) close()                   { s.say("Close", s.pc.Close()) }
func (s *packetSide) deadline(d time.Duration) { s.say("SetDeadline", s.pc.SetDeadline(in(d))) }

func (s *packetSide) blockedRead(do func()) {
	what, err := s.whileBlocked(func() (string, error) {
		n, err := s.pc.Read(make([]byte, 10))
		return fmt.Sprintf("blocked Read = %d", n), err
	}, do)
	s.say(what, err)
}

// strangerWrites sends something to the other side from another socket.
func (s *packetSide) strangerWrites() {
	c, err := s.dial(s.t.Context(), "udp", s.other.String())
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Write([]byte("a stranger"))
	s.say("a stranger's Write", err)
	c.SetDeadline(time.Now().Add(20 * time.Second))
	_, err = c.Read(make([]byte, 1)) // port unreachable: it is for its peer only
	*s.said = append(*s.said, fmt.Sprint(err != nil))
}

// again opens the closed port.
func (s *packetSide) again() {
	pc, err := s.listen(s.t.Context(), "udp", s.pc.LocalAddr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.pc = pc.(packetConn)
}
