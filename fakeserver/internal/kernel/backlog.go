package kernel

import "net"

// Backlog gives how many connections have done their handshake and wait for an Accept on ln, which must be a
// *net.TCPListener. Closing ln resets them all: accept and record them first. (Linux: TCP_INFO, whose
// tcpi_unacked is the accept queue's length on a listening socket.)
//
// Of a *net.UnixListener it says 1 if any waits. (Unix: poll.)
func Backlog(ln net.Listener) (int, error) {
	if u, ok := ln.(*net.UnixListener); ok {
		return ask(u, readable)
	}
	tcp, ok := ln.(*net.TCPListener)
	if !ok {
		return 0, wrongType("Backlog", ln)
	}
	return ask(tcp, acceptQueue)
}
