//go:build unix

package kernel

import (
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// WriteNow writes as much of p as c's send queue has room for, without waiting for more, and returns how much that was. If
// that is not all, the error is os.ErrDeadlineExceeded. c's write deadline must not have passed, and no Write may be under
// way: WriteNow would wait for it to end. For a conn that is no TCP or unix stream socket the error wraps
// errors.ErrUnsupported.
func WriteNow(c net.Conn, p []byte) (int, error) {
	if !isStream(c) {
		return 0, wrongType("WriteNow", c)
	}
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return 0, err
	}
	n, inner := 0, error(nil)
	err = raw.Write(func(fd uintptr) bool {
		for {
			if n, inner = unix.Write(int(fd), p); inner != syscall.EINTR {
				return true // whatever came of it: never wait
			}
		}
	})
	switch {
	case err != nil:
		return 0, err
	case inner == syscall.EAGAIN:
		return 0, os.ErrDeadlineExceeded
	case inner != nil:
		return 0, os.NewSyscallError("write", inner)
	case n < len(p):
		return n, os.ErrDeadlineExceeded
	}
	return n, nil
}
