package kernel

import (
	"fmt"
	"os"
	"syscall"
)

// shared gives a net.ListenConfig.Control function that does what control does, if it isn't nil, and turns SO_REUSEPORT on.
func shared(control func(network, address string, c syscall.RawConn) error) func(network, address string, c syscall.RawConn) error {
	return func(network, address string, c syscall.RawConn) error {
		if control != nil {
			if err := control(network, address, c); err != nil {
				return err
			}
		}
		return controlRaw(c, func(fd uintptr) error { return setReusePort(fd, true) })
	}
}

// unshare clears SO_REUSEPORT of sock, a *net.TCPListener or a *net.UDPConn. What is bound already stays so.
func unshare(sock any) error {
	c, ok := sock.(syscall.Conn)
	if !ok {
		return wrongType("unshare", sock)
	}
	return control(c, func(fd uintptr) error { return setReusePort(fd, false) })
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
