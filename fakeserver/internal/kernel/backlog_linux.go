package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

func acceptable(fd uintptr) (int, error) { return readable(fd) }

func canListenAgain() error { return nil }

func listenAgain(fd uintptr, n int) error {
	return os.NewSyscallError("listen", unix.Listen(int(fd), n))
}
