package kernel

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

// ReuseAddr turns on SO_REUSEADDR. It is a net.ListenConfig.Control function: a UDP socket that is to stand beside an
// open [Guard] needs it. A TCP listener of package net has the option anyway.
func ReuseAddr(network, address string, c syscall.RawConn) error {
	return controlRaw(c, func(fd uintptr) error { return setReuseAddr(fd, true) })
}

// NoReuseAddr clears SO_REUSEADDR of pc, a bound *net.UDPConn, so that no stranger can bind beside it and take its
// datagrams. What is bound already stays so.
func NoReuseAddr(pc net.PacketConn) error {
	udp, ok := pc.(*net.UDPConn)
	if !ok {
		return wrongType("NoReuseAddr", pc)
	}
	return control(udp, func(fd uintptr) error { return setReuseAddr(fd, false) })
}

// ReceiveBuffer gives a net.ListenConfig.Control function that asks for a receive buffer (SO_RCVBUF) of that many bytes,
// which must be more than 0; if not, Listen gives EINVAL. It has to be set on the listener: after accept it comes too
// late for the window. Linux doubles the figure, raises it to a minimum of 2,304, and caps it at twice net.core.rmem_max, silently.
func ReceiveBuffer(bytes int) func(network, address string, c syscall.RawConn) error {
	return func(network, address string, c syscall.RawConn) error {
		if bytes <= 0 { // the kernel would take -1 for the largest buffer there is
			return fmt.Errorf("kernel: ReceiveBuffer(%d): %w", bytes, syscall.EINVAL)
		}
		return controlRaw(c, func(fd uintptr) error {
			return os.NewSyscallError("setsockopt", setReceiveBuffer(fd, bytes))
		})
	}
}
