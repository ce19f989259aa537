//go:build unix

package kernel

import (
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// now makes one system call with p on c, which never waits: where it would have to, the error is
// os.ErrDeadlineExceeded. control is the Read or Write of c's syscall.RawConn.
func now(name string, c net.Conn, control func(syscall.RawConn, func(fd uintptr) bool) error, call func(fd int, p []byte) (int, error), p []byte) (n int, err error) {
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return 0, err
	}
	t := attempt{call: call, p: p}
	err = control(raw, t.make)
	switch {
	case err != nil:
		return 0, err
	case t.err == unix.EAGAIN:
		return 0, os.ErrDeadlineExceeded
	case t.err != nil:
		return 0, os.NewSyscallError(name, t.err)
	}
	return t.n, nil
}

// An attempt is a system call that is made once. It is one allocation.
type attempt struct {
	call func(fd int, p []byte) (int, error)
	p    []byte
	n    int
	err  error
}

func (t *attempt) make(fd uintptr) (done bool) {
	for {
		if t.n, t.err = t.call(int(fd), t.p); t.err != unix.EINTR {
			return true // whatever came of it: never wait
		}
	}
}
