package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

// sendQueue is the size of the send buffer, which keeps bytes until they are acknowledged. Not measured.
func sendQueue(fd uintptr) (int, error) {
	n, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_NWRITE)
	return n, os.NewSyscallError("getsockopt", err)
}

// receiveQueue is the size of the receive buffer. Not measured.
func receiveQueue(fd uintptr) (int, error) {
	n, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_NREAD)
	return n, os.NewSyscallError("getsockopt", err)
}
