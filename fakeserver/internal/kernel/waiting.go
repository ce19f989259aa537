package kernel

import "net"

// Waiting gives how many bytes of buffer the datagrams that wait in pc's receive queue take up. It is 0 exactly when none
// waits: an empty datagram takes up room too. pc must be a *net.UDPConn. (Linux: getsockopt SO_MEMINFO, index 0.)
func Waiting(pc net.PacketConn) (uint32, error) {
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
