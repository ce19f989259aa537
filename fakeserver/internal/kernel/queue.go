package kernel

import "net"

// Unacked gives how many bytes written on c the peer's kernel has not acknowledged yet, sent or not. c must be a
// *net.TCPConn. A FIN of ours counts as one byte until it is acknowledged (Linux: ioctl TIOCOUTQ).
//
// 0 means that every byte has reached the other kernel, not that the other process has read it: ask [PeerQueue] for that.
// After the peer's RST, or when the kernel has given the connection up, the count stands still for ever: then the error is
// [ErrPeerGone], and the count says how many bytes were never acknowledged. (Linux. Elsewhere there is no such error.)
func Unacked(c net.Conn) (int, error) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return 0, wrongType("Unacked", c)
	}
	return ask(tcp, sendQueue)
}

// Unread gives how many bytes wait in c's receive queue. c must be a *net.TCPConn or a stream *net.UnixConn. A FIN is not
// counted (Linux: ioctl FIONREAD). Closing a TCP connection while it is not 0 sends an RST instead of a FIN.
func Unread(c net.Conn) (int, error) {
	switch c := c.(type) {
	case *net.TCPConn:
		return ask(c, receiveQueue)
	case *net.UnixConn:
		if c.LocalAddr().Network() == "unix" {
			return ask(c, receiveQueue)
		}
	}
	return 0, wrongType("Unread", c)
}
