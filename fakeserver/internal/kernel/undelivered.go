package kernel

import "net"

// Undelivered gives how many bytes written on c the peer's kernel does not have. c must be a *net.TCPConn that a listener accepted. It is
// never less than that, unless c is written meanwhile, and at most [Unacked], which it is where the peer's kernel can't be asked, as on
// another host. A FIN of ours counts as one byte, as there.
//
// It is for those who would wait for Unacked in vain: a peer that has answered before keeps an acknowledgement back for 40 ms, so as to send it
// along with its next answer, and there may be none.
func Undelivered(c net.Conn) (int, error) {
	n, err := Unacked(c)
	if n == 0 || err != nil {
		return n, err
	}
	return min(n, undelivered(c.(*net.TCPConn), n)), nil
}
