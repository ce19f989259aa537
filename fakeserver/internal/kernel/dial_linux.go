package kernel

import (
	"cmp"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// autobind gives a unix socket a name of the kernel's choice, which no file has.
func autobind(_, _ string, c syscall.RawConn) error {
	var bound error
	err := c.Control(func(fd uintptr) { bound = unix.Bind(int(fd), &unix.SockaddrUnix{}) })
	return cmp.Or(err, os.NewSyscallError("bind", bound))
}
