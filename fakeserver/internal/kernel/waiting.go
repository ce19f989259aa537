package kernel

import "net"

// Waiting gives how many bytes of buffer the datagrams that wait in pc's receive queue take up. It is 0 exactly when none
// waits: an empty datagram takes up room too. pc must be a *net.UDPConn or a *net.UnixConn. (Linux: getsockopt SO_MEMINFO,
// index 0.) Of a *net.UnixConn, whose datagrams are in their senders' buffers, it says 1 if any waits. (Unix: poll.)
func Waiting(pc net.PacketConn) (uint32, error) {
	if local, ok := pc.(*net.UnixConn); ok {
		n, err := ask(local, readable)
		return uint32(n), err
	}
	udp, ok := pc.(*net.UDPConn)
	if !ok {
		return 0, wrongType("Waiting", pc)
	}
	var n uint32
	err := control(udp, func(fd uintptr) error {
		var err error
		n, err = waitingBytes(fd)
		return err
	})
	return n, err
}
