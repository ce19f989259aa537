package nettest

import (
	"errors"
	"fmt"
	"net"
)

// packets is the subject of TestPacketConn.
type packets struct{ a, b net.PacketConn }

func newPackets(mk MakePacketConns) (*packets, func(), error) {
	a, b, stop, err := mk()
	return &packets{a, b}, stop, err
}

// send writes a datagram.
func send(from net.PacketConn, text string, to net.Addr) error {
	if n, err := from.WriteTo([]byte(text), to); n != len(text) || err != nil {
		return fmt.Errorf("WriteTo(%d bytes) = %d, %v", len(text), n, err)
	}
	return nil
}

// receive reads a datagram, whatever it is.
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
