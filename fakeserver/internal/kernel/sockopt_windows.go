package kernel

import (
	"syscall"

	"golang.org/x/sys/windows"
)

const msgTrunc = windows.MSG_TRUNC

func setReceiveBuffer(fd uintptr, bytes int) error {
	return syscall.SetsockoptInt(syscall.Handle(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, bytes)
}
