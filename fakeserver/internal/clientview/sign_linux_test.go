package clientview_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const msgTrunc = unix.MSG_TRUNC

// awaitSign waits until poll reports the sign. An RST and an ICMP error are reported
// unasked, as POLLHUP and POLLERR; a FIN is POLLRDHUP. Unlike a Read or Write it
// takes no error from the socket.
func awaitSign(c syscall.Conn, s sign) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var events int16
	if s == finCame {
		events = unix.POLLRDHUP
	}
	n, pollErr := 0, error(unix.EINTR)
	err = raw.Control(func(fd uintptr) {
		for pollErr == unix.EINTR {
			n, pollErr = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: events}}, int(patience.Milliseconds()))
		}
	})
	if err := errors.Join(err, os.NewSyscallError("poll", pollErr)); err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%s did not come within %v", s, patience)
	}
	return nil
}
