package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

func acceptQueue(fd uintptr) (int, error) {
	info, err := tcpInfo(fd)
	if err != nil {
		return 0, err
	}
	return int(info.Unacked), nil
}

func canListenAgain() error { return nil }

func listenAgain(fd uintptr, n int) error {
	return os.NewSyscallError("listen", unix.Listen(int(fd), n))
}
