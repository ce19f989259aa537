package kernel

import "net"

func isOver(c *net.TCPConn) bool {
	state, err := tcpState(c)
	return err == nil && state == tcpClose
}
