package kernel

import "net"

func isOver(c *net.TCPConn) bool {
	state, err := ask(c, tcpState)
	return err == nil && state == tcpClose
}
