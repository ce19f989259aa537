package socket

import (
	"errors"
	"net"

	"github.com/fakewire/fakewire/fakeserver/internal/kernel"
)

// Drops returns how many datagrams pc has lost for want of buffer.
func Drops(pc net.PacketConn) (int64, error) {
	if p, ok := pc.(interface{ Drops() (int64, error) }); ok {
		return p.Drops()
	}
	n, err := kernel.Drops(pc)
	return int64(n), err
}

// Waiting returns 0 exactly when no datagram waits to be read.
func Waiting(pc net.PacketConn) (int, error) {
	if p, ok := pc.(interface{ Waiting() (int, error) }); ok {
		return p.Waiting()
	}
	n, err := kernel.Waiting(pc)
	return int(n), err
}

// A SourceReader is a net.PacketConn that tells for each datagram which socket sent it, by a number that no other has
// that ever had its address.
type SourceReader interface {
	ReadFromSocket(p []byte) (n int, from net.Addr, socket uint64, err error)
}

// CanSuspendPacket is CanSuspend for datagrams.
func CanSuspendPacket(pc net.PacketConn) bool {
	_, ok := pc.(suspender[net.PacketConn])
	return ok
}

// SuspendPacket is Suspend for datagrams.
func SuspendPacket(pc net.PacketConn) (again func() (net.PacketConn, error), release func(), err error) {
	if p, ok := pc.(suspender[net.PacketConn]); ok {
		return p.Suspend()
	}
	return nil, nil, errors.ErrUnsupported
}
