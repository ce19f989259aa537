package nettest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"testing"
)

// MakePacketConns makes two packet conns of which each can send to the other's LocalAddr, and
// to its own, and to which nobody else sends. stop closes all there is, and lets blocked calls return.
type MakePacketConns = func() (c1, c2 net.PacketConn, stop func(), err error)

// TestPacketConn tests that a net.PacketConn does what callers of [net.ListenPacket] rely on: that it
// keeps the borders of datagrams, that deadlines and Close apply to calls that are blocked,
// and that its methods may be called from several goroutines. Each demand is a subtest and says why
// it is made.
//
// Datagrams may get lost, but not here: never more than a hundred small ones are on their way. They may
// come in another order.
//
// What fails is wrong; but some of what is wrong is found only in some runs. Run it
// more than once, with the race detector.
func TestPacketConn(t *testing.T, mk MakePacketConns) {
	t.Helper()
	conform(t, packetDemands, func() (*packets, func(), error) { return newPackets(mk) })
}

var packetDemands = append([]demand[*packets]{
	{"Borders", "Each ReadFrom returns one datagram, whole, also when several wait.",
		(*packets).testBorders},
	{"Sender", "ReadFrom returns the sender's address, to which the answer can be written.",
		(*packets).testSender},
	{"AddrIsKept", "The address that ReadFrom has returned is the caller's: it does not change with the next datagram.",
		(*packets).testAddrIsKept},
	{"BufferIsNotKept", "WriteTo has done with its buffer when it returns: callers use it again at once.",
		(*packets).testBufferIsNotKept},
	{"Empty", "A datagram without bytes is one. ReadFrom returns 0, no error, and its sender.",
		(*packets).testEmpty},
	{"ShortBuffer", "What does not fit into ReadFrom's buffer is lost, and not the beginning of the next datagram.",
		(*packets).testShortBuffer},
	{"ReadFromWaits", "ReadFrom waits for a datagram.",
		(*packets).testReadFromWaits},
	{"AtOnce", "All methods may be called from several goroutines. No datagram is read twice, and none is mixed with another.",
		(*packets).testAtOnce},
	{"CloseWakesReads", "Close lets all ReadFroms that are blocked return net.ErrClosed. It is how servers are stopped.",
		(*packets).testCloseWakesReads},
	{"AfterClose", "After Close everything returns net.ErrClosed, which tells a server that this is no failure.",
		(*packets).testAfterClose},
	{"CloseTwice", "A second Close does no harm. It may return net.ErrClosed.",
		(*packets).testCloseTwice},
}, packetDeadlineDemands...)

// packets is the subject of TestPacketConn.
type packets struct{ a, b net.PacketConn }

func newPackets(mk MakePacketConns) (*packets, func(), error) {
	a, b, stop, err := mk()
	return &packets{a, b}, stop, err
}

// send writes a datagram to another's address.
func send(from net.PacketConn, text string, to net.Addr) error {
	if n, err := from.WriteTo([]byte(text), to); n != len(text) || err != nil {
		return fmt.Errorf("WriteTo(%d bytes) = %d, %v", len(text), n, err)
	}
	return nil
}

// receive reads a datagram, whichever it is.
func receive(at net.PacketConn) (text string, from net.Addr, err error) {
	p := make([]byte, 2000)
	n, from, err := at.ReadFrom(p)
	if err == nil && (n < 0 || n > len(p)) {
		err = fmt.Errorf("ReadFrom(%d bytes) = %d", len(p), n)
	}
	if err != nil {
		return "", nil, wantNil("ReadFrom", err)
	}
	if from == nil {
		return "", nil, errors.New("ReadFrom has no address")
	}
	return string(p[:n]), from, nil
}

// wantDatagram checks the next datagram.
func wantDatagram(at net.PacketConn, want string) (from net.Addr, err error) {
	got, from, err := receive(at)
	if err == nil && got != want {
		err = fmt.Errorf("ReadFrom = %.40q, want %.40q", got, want)
	}
	return from, err
}

// wantDelivery checks that a datagram gets from a to b.
func (p *packets) wantDelivery(text string) error {
	if err := send(p.a, text, p.b.LocalAddr()); err != nil {
		return err
	}
	_, err := wantDatagram(p.b, text)
	return err
}

func (p *packets) testBorders() error {
	want := map[string]int{"a": 1, "bc": 1, string(bytes.Repeat([]byte("d"), 1200)): 1}
	for text := range want {
		if err := send(p.a, text, p.b.LocalAddr()); err != nil {
			return err
		}
	}
	for range 3 {
		got, _, err := receive(p.b)
		if err != nil {
			return err
		}
		if want[got]--; want[got] < 0 {
			return fmt.Errorf("ReadFrom = %.40q: a datagram of %d bytes that was not sent, or not twice", got, len(got))
		}
	}
	return nil
}

func (p *packets) testSender() error {
	if err := send(p.a, "a question", p.b.LocalAddr()); err != nil {
		return err
	}
	from, err := wantDatagram(p.b, "a question")
	if err != nil {
		return err
	}
	if err := send(p.b, "an answer", from); err != nil {
		return err
	}
	from, err = wantDatagram(p.a, "an answer")
	if err != nil || isUnspecified(p.b.LocalAddr()) {
		return err
	}
	return sameAddress("ReadFrom's address", from.String(), "the sender's LocalAddr", p.b.LocalAddr().String())
}

func (p *packets) testAddrIsKept() error {
	if err := send(p.a, "first", p.b.LocalAddr()); err != nil {
		return err
	}
	from, err := wantDatagram(p.b, "first")
	if err != nil {
		return err
	}
	before := from.String()
	if err := send(p.b, "second", p.b.LocalAddr()); err != nil {
		return err
	}
	if _, err := wantDatagram(p.b, "second"); err != nil {
		return err
	}
	return sameAddress("the first datagram's address", before, "after the second ReadFrom it", from.String())
}

func (p *packets) testBufferIsNotKept() error {
	buf := []byte("written")
	if _, err := p.a.WriteTo(buf, p.b.LocalAddr()); err != nil {
		return wantNil("WriteTo", err)
	}
	copy(buf, "changed")
	_, err := wantDatagram(p.b, "written")
	return err
}

func (p *packets) testEmpty() error {
	if err := p.wantDelivery(""); err != nil {
		return err
	}
	return p.wantDelivery("and goes on")
}

func (p *packets) testShortBuffer() error {
	if err := send(p.a, "0123456789", p.b.LocalAddr()); err != nil {
		return err
	}
	buf := make([]byte, 4)
	n, _, err := p.b.ReadFrom(buf) // Windows has an error for it, too
	if n != len(buf) || string(buf) != "0123" {
		return fmt.Errorf("ReadFrom(4 bytes) of 10 = %d, %v: %q; want the first 4", n, err, buf)
	}
	return p.wantDelivery("the next")
}

func (p *packets) testReadFromWaits() error {
	read := begin("ReadFrom", func() error { _, err := wantDatagram(p.b, "at last"); return err })
	return first(
		read.waits,
		func() error { return send(p.a, "at last", p.b.LocalAddr()) },
		read.end,
	)
}
