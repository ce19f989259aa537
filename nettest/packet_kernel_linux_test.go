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

// A packetRow is a story of a socket a that is connected to b, told the same way by the
// kernel's loopback and by a Network.
type packetRow struct {
	name string
	why  string
	tell func(a, b *packetSide)
}

var packetRows = []packetRow{
	{"datagrams", "each Read gets one", func(a, b *packetSide) {
		a.write(2)
		a.write(3)
		b.readFrom(10)
		b.readFrom(10)
	}},
	{"no bytes", "a datagram without bytes is one", func(a, b *packetSide) {
		a.write(0)
		b.readFrom(10)
		b.answer(0)
		a.read(10)
	}},
	{"a short buffer", "the rest is lost, and only ReadMsg says so", func(a, b *packetSide) {
		a.write(10)
		a.write(10)
		a.write(10)
		a.write(1)
		b.readFrom(4)
		b.readMsg(4)
		b.readMsg(10)
		b.readFrom(4)
	}},
	{"an empty buffer", "ReadFrom takes a datagram, Read does not", func(a, b *packetSide) {
		a.write(3)
		b.readFrom(0)
		b.answer(2)
		a.read(0)
		a.read(10)
	}},
	{"too long", "EMSGSIZE, and nothing leaves", func(a, b *packetSide) {
		a.write(65507)
		a.write(65508)
		a.write(70000)
		b.readFrom(70000)
		b.writeTo(65508)
	}},
	{"the port is closed", "the first Write succeeds, the next call hears of it, once", func(a, b *packetSide) {
		b.close()
		a.write(1)
		a.write(1)
		a.write(1)
		a.read(10)
		a.deadline(soon)
		a.read(10)
	}},
	{"the port is closed, Read first", "it hears of it, too", func(a, b *packetSide) {
		b.close()
		a.write(1)
		a.read(10)
		a.write(1)
		a.write(70000)
		a.write(1)
	}},
	{"the port is closed, and a datagram is there", "the error comes first", func(a, b *packetSide) {
		a.write(1)
		b.readFrom(10)
		b.answer(5)
		b.close()
		a.write(1)
		a.read(10)
		a.read(10)
	}},
	{"the port is closed, while a Read is blocked", "it is woken", func(a, b *packetSide) {
		b.close()
		a.blockedRead(func() { a.write(1) })
	}},
	{"an unconnected socket", "it never hears of a closed port", func(a, b *packetSide) {
		a.write(1)
		b.readFrom(10)
		a.close()
		b.answer(1)
		b.answer(1)
		b.deadline(soon)
		b.readFrom(10)
	}},
	{"a connected socket", "takes datagrams from its peer only", func(a, b *packetSide) {
		b.strangerWrites()
		a.write(1)
		b.readFrom(10)
		b.answer(2)
		a.read(10)
	}},
	{"WriteTo on a connected socket", "is refused", func(a, b *packetSide) {
		a.writeTo(1)
		b.write(1)
	}},
	{"deadlines", "past and passing", func(a, b *packetSide) {
		a.write(1)
		b.deadline(-later)
		b.readFrom(10)
		b.readFrom(0)
		b.writeTo(1)
		b.deadline(0)
		b.readFrom(10)
		b.deadline(soon)
		b.readFrom(10)
		a.deadline(-later)
		a.write(1)
		a.read(0)
	}},
	{"own close", "everything fails from then on", func(a, b *packetSide) {
		a.blockedRead(func() { a.close() })
		a.read(1)
		a.read(0)
		a.write(1)
		a.write(70000)
		a.deadline(later)
		a.close()
		b.close()
		b.readFrom(1)
		b.readMsg(1)
		b.writeTo(1)
	}},
	{"the peer comes back", "nothing is remembered", func(a, b *packetSide) {
		b.close()
		a.write(1)
		a.write(1)
		b.again()
		a.write(3)
		b.readFrom(10)
	}},
}

func TestDatagramsAreAsTheKernels(t *testing.T) {
	for _, r := range packetRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			var lc net.ListenConfig
			kernel := tellPackets(t, r, lc.ListenPacket, net.Dial)
			var n nettest.Network
			memory := tellPackets(t, r, n.ListenPacket, n.Dial)
			if !slices.Equal(kernel, memory) {
				t.Errorf("%s: the kernel says\n\t%s\nin memory it is\n\t%s", r.why, strings.Join(kernel, "\n\t"), strings.Join(memory, "\n\t"))
			}
		})
	}
}

// packetConn is what a UDP socket has, and one in memory.
type packetConn interface {
	net.Conn
	net.PacketConn
	ReadMsgUDPAddrPort(b, oob []byte) (n, oobn, flags int, addr netip.AddrPort, err error)
}

type listenPacket func(ctx context.Context, network, address string) (net.PacketConn, error)

type dialPacket func(network, address string) (net.Conn, error)

func tellPackets(t *testing.T, r packetRow, listen listenPacket, dial dialPacket) []string {
	pc, err := listen(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c, err := dial("udp", pc.LocalAddr().String())
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
	dial   dialPacket
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

func (s *packetSide) close()                   { s.say("Close", s.pc.Close()) }
func (s *packetSide) deadline(d time.Duration) { s.say("SetDeadline", s.pc.SetDeadline(in(d))) }

func (s *packetSide) blockedRead(do func()) {
	what, err := s.whileBlocked(func() (string, error) {
		n, err := s.pc.Read(make([]byte, 10))
		return fmt.Sprintf("blocked Read = %d", n), err
	}, do)
	s.say(what, err)
}

// strangerWrites lets another socket send something to the other side.
func (s *packetSide) strangerWrites() {
	c, err := s.dial("udp", s.other.String())
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
