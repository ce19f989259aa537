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

// CanSetBacklog returns why SetBacklog does not work on this platform.
func CanSetBacklog() error { return canListenAgain() }

// SetBacklog changes how many connections may wait to be accepted, beside one: with 0, exactly one connect succeeds and the
// next gets no answer. ln must be a *net.TCPListener. (Linux: listen once more on the same socket; 5 of 5.)
func SetBacklog(ln net.Listener, n int) error {
	tcp, ok := ln.(*net.TCPListener)
	if !ok {
		return wrongType("SetBacklog", ln)
	}
	return control(tcp, func(fd uintptr) error { return listenAgain(fd, n) })
}
