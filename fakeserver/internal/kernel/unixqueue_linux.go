package kernel

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// heldByPeer gives how much memory of c's writes lies in the peer's receive queue. A peer that has been closed holds none,
// and its queue is told from one that was read by the hang-up.
func heldByPeer(c *net.UnixConn) (int, error) {
	return ask(c, func(fd uintptr) (int, error) {
		n, err := unix.IoctlGetInt(int(fd), unix.TIOCOUTQ)
		if err != nil {
			return 0, os.NewSyscallError("ioctl", err)
		}
		if n > 0 {
			return n, nil
		}
		events, err := poll(fd, unix.POLLOUT)
		if err == nil && events&unix.POLLHUP != 0 {
			err = ErrPeerGone
		}
		return 0, err
	})
}
