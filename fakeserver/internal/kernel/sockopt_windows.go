package kernel

import (
	"syscall"

	"golang.org/x/sys/windows"
)

const msgTrunc = windows.MSG_TRUNC

// setReuseAddr refuses: on Windows the option lets a socket take over a port that another one is using.
func setReuseAddr(uintptr, bool) error { return unsupported("SO_REUSEADDR on windows") }

func setReceiveBuffer(fd uintptr, bytes int) error {
	return syscall.SetsockoptInt(syscall.Handle(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, bytes)
}
