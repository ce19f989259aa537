//go:build unix

package kernel

import "syscall"

const msgTrunc = syscall.MSG_TRUNC

func setReceiveBuffer(fd uintptr, bytes int) error {
	return syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, bytes)
}
