package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

func sendQueue(fd uintptr) (int, error) {
	n, err := unix.IoctlGetInt(int(fd), unix.TIOCOUTQ)
	if err != nil {
		return 0, os.NewSyscallError("ioctl", err)
	}
	if n == 0 {
		return 0, nil
	}
	info, err := tcpInfo(fd)
	if err == nil && info.State == tcpClose { // no peer is left to acknowledge
		err = ErrPeerGone
	}
	return n, err
}

func receiveQueue(fd uintptr) (int, error) {
	n, err := unix.IoctlGetInt(int(fd), unix.TIOCINQ) // FIONREAD's other name
	return n, os.NewSyscallError("ioctl", err)
}
