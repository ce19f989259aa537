package benchwork

import (
	"net"

	"golang.org/x/sys/unix"
)

// segment lets the kernel cut c's writes into datagrams of the given size. It
// returns how many of them one write may hold.
func segment(c *net.UDPConn, size int) int {
	raw, err := c.SyscallConn()
	if err != nil {
		return 1
	}
	var inner error
	err = raw.Control(func(fd uintptr) { inner = unix.SetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT, size) })
	if err != nil || inner != nil {
		return 1
	}
	return min(32, 60000/size)
}
