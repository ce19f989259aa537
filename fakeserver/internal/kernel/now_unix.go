//go:build unix

package kernel

import (
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// now makes one system call on c, which never waits: where it would have to, the error is
// os.ErrDeadlineExceeded. control is the Read or Write of c's syscall.RawConn.
func now(name string, c net.Conn, control func(syscall.RawConn, func(fd uintptr) bool) error, call func(fd int) (int, error)) (n int, err error) {
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return 0, err
	}
	var inner error
	err = control(raw, func(fd uintptr) bool {
		for {
			if n, inner = call(int(fd)); inner != unix.EINTR {
				return true // whatever came of it: never wait
			}
		}
	})
	switch {
	case err != nil:
		return 0, err
	case inner == unix.EAGAIN:
		return 0, os.ErrDeadlineExceeded
	case inner != nil:
		return 0, os.NewSyscallError(name, inner)
	}
	return n, nil
}
