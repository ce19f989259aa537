package kernel

import "net"

// IsOver reports whether the kernel is through with c: the other end has reset it, or both FINs have passed and ours is
// acknowledged. What had arrived can still be read. Where that is not known, which it is of a *net.TCPConn on Linux, it is
// false.
func IsOver(c net.Conn) bool {
	tcp, ok := c.(*net.TCPConn)
	return ok && isOver(tcp)
}
