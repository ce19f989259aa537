package nettest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

// flood is a number of datagrams that a buffer of 8 KiB does not hold, and one of 1 MiB does.
const flood = 100

var floodText = strings.Repeat("x", 1000)

func (c *carrier) testPacketSetReadBuffer() error {
	_, small, err := c.flooded(8 << 10)
	if err != nil {
		return err
	}
	_, large, err := c.flooded(1 << 20)
	if err == nil && (small.held == flood || large.held != flood) {
		err = fmt.Errorf("of %d datagrams of 1000 bytes a buffer of 8 KiB holds %d, and one of 1 MiB %d; want not all, and all", flood, small.held, large.held)
	}
	return err
}

// flooded sends more datagrams than there is room for with that read buffer, and returns where, and
// what became of them.
func (c *carrier) flooded(bytes int) (at net.PacketConn, n counts, err error) {
	from, at, err := c.packetPair()
	if err != nil {
		return nil, n, err
	}
	p, err := able[interface{ SetReadBuffer(int) error }](at, "SetReadBuffer of a packet conn")
	if err != nil {
		return nil, n, err
	}
	if err := p.SetReadBuffer(bytes); err != nil {
		return nil, n, wantNil("SetReadBuffer", err)
	}
	for n.sent < flood {
		if err := send(from, floodText, at.LocalAddr()); err != nil {
			return nil, n, err
		}
		n.sent++
	}
	err = n.readAll(from, at)
	return at, n, err
}

// counts are how many datagrams were sent, and how many of them were held and read.
type counts struct{ sent, held, last int }

func (n *counts) lost() int { return n.sent - n.held - n.last }

// lastText is a datagram after those of a flood.
const lastText = "last"

// readAll reads what is held. A deadline alone does not say that there is no more, since it may pass
// before its read begins, on a busy machine: what is sent then comes after all that is held.
func (n *counts) readAll(from, at net.PacketConn) error {
	for n.last == 0 {
		at.SetReadDeadline(time.Now().Add(10 * awhile))
		switch text, _, err := receive(at); {
		case errors.Is(err, os.ErrDeadlineExceeded) && n.sent < 2*flood:
			if err := send(from, lastText, at.LocalAddr()); err != nil {
				return err
			}
			n.sent++
		case err != nil:
			return fmt.Errorf("after %d datagrams were read, of %d: %w", n.held, n.sent, err)
		case text == lastText:
			n.last++
		default:
			n.held++
		}
	}
	return at.SetReadDeadline(time.Time{})
}

func (c *carrier) testDrops() error {
	_, fresh, err := c.packetPair()
	if err != nil {
		return err
	}
	if _, err := able[interface{ Drops() (int64, error) }](fresh, "Drops"); err != nil {
		return err
	}
	at, n, err := c.flooded(8 << 10)
	if err != nil {
		return err
	}
	drops := func() (int, error) {
		n, err := at.(interface{ Drops() (int64, error) }).Drops()
		return int(n), err
	}
	return wantCount(fmt.Sprintf("Drops after %d datagrams, of which %d were read", n.sent, n.held+n.last), n.lost(), drops)
}

func (c *carrier) testWaiting() error {
	from, at, err := c.packetPair()
	if err != nil {
		return err
	}
	w, err := able[interface{ Waiting() (int, error) }](at, "Waiting")
	if err != nil {
		return err
	}
	some := func() (int, error) {
		n, err := w.Waiting()
		return min(n, 1), err
	}
	read := func() error { _, _, err := receive(at); return err }
	return first(
		func() error { return wantCount("Waiting before anything was sent", 0, some) },
		func() error { return send(from, "", at.LocalAddr()) },
		func() error { return wantCount("Waiting, if more than 0, after an empty datagram", 1, some) },
		func() error { return send(from, "another", at.LocalAddr()) },
		read,
		func() error { return wantCount("Waiting, if more than 0, after one of two was read", 1, some) },
		read,
		func() error { return wantCount("Waiting after all was read", 0, some) },
	)
}

// A sourceReader tells for each datagram which socket sent it.
type sourceReader interface {
	net.PacketConn
	ReadFromSocket(p []byte) (n int, from net.Addr, socket uint64, err error)
}

func (c *carrier) testReadFromSocket() error {
	one, server, err := c.packetPair()
	if err != nil {
		return err
	}
	at, err := able[sourceReader](server, "ReadFromSocket")
	if err != nil {
		return err
	}
	other, err := c.listenPacket(anyPort)
	if err != nil {
		return err
	}
	var numbers [4]uint64
	for n, from := range []net.PacketConn{one, other, one, nil} {
		if from == nil { // the last is another socket at the first one's address
			one.Close()
			if from, err = c.listenPacket(one.LocalAddr().String()); err != nil {
				return err
			}
		}
		if numbers[n], err = sourceOf(at, from); err != nil {
			return err
		}
	}
	a, b, again, later := numbers[0], numbers[1], numbers[2], numbers[3]
	if a == 0 || b == 0 || later == 0 {
		return fmt.Errorf("sockets are %v; want numbers from 1", numbers)
	}
	if a != again || a == b || later == a || later == b {
		return fmt.Errorf("one socket is %d, another %d, the first again %d, and one at the address of the first %d", a, b, again, later)
	}
	return nil
}

// sourceOf sends a datagram, and returns by which socket it was sent.
func sourceOf(at sourceReader, from net.PacketConn) (uint64, error) {
	const text = "whose is it?"
	if err := send(from, text, at.LocalAddr()); err != nil {
		return 0, err
	}
	p := make([]byte, 100)
	n, addr, socket, err := at.ReadFromSocket(p)
	if err != nil || string(p[:n]) != text {
		return 0, fmt.Errorf("ReadFromSocket = %q, %v; want %q", p[:n], err, text)
	}
	return socket, sameAddress("ReadFromSocket's address", addr.String(), "the sender's LocalAddr", from.LocalAddr().String())
}

func (c *carrier) testPacketSuspend() error {
	from, at, err := c.packetPair()
	if err != nil {
		return err
	}
	again, _, err := suspend(at)
	if err != nil {
		return err
	}
	_, _, closed := at.ReadFrom(make([]byte, 1))
	if err := errors.Join(wantClosed("ReadFrom after Suspend", closed), c.wantKept(at)); err != nil {
		return err
	}
	next, err := again()
	if next, err = keep(c, "opening again", next, err); err != nil {
		return err
	}
	if err := (&packets{from, next}).wantDelivery("at the same address"); err != nil {
		return err
	}
	if err := sameAddress("the address", at.LocalAddr().String(), "again", next.LocalAddr().String()); err != nil {
		return err
	}
	_, release, err := suspend(next)
	if err != nil {
		return err
	}
	if err := c.wantKept(at); err != nil {
		return err
	}
	release()
	if next, err = c.listenPacket(at.LocalAddr().String()); err != nil {
		return fmt.Errorf("on an address that was given up: %w", err)
	}
	return (&packets{from, next}).wantDelivery("to another")
}

// wantKept checks that another can't get a packet conn's address.
func (c *carrier) wantKept(at net.PacketConn) error {
	if _, err := c.listenPacket(at.LocalAddr().String()); err == nil {
		return errors.New("after Suspend another has the address")
	}
	return nil
}
