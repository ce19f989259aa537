//go:build unix

package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

// readable gives 1 if a read or an accept would not have to wait, and else 0.
func readable(fd uintptr) (int, error) {
	events, err := poll(fd, unix.POLLIN)
	if err == nil && events&unix.POLLIN != 0 {
		return 1, nil
	}
	return 0, err
}

// poll asks what fd is ready for, without waiting.
func poll(fd uintptr, events int16) (int16, error) {
	p := []unix.PollFd{{Fd: int32(fd), Events: events}}
	for {
		switch _, err := unix.Poll(p, 0); err {
		case nil:
			return p[0].Revents, nil
		case unix.EINTR:
		default:
			return 0, os.NewSyscallError("poll", err)
		}
	}
}
