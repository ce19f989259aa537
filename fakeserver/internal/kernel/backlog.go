package kernel

import "net"

// HasBacklog reports whether connections have done their handshake and wait for an Accept on ln, which must be a
// *net.TCPListener or a *net.UnixListener. Closing ln resets them all: accept and record them first. (Poll; of a
// *net.TCPListener on Linux only.)
func HasBacklog(ln net.Listener) (bool, error) {
	var n int
	var err error
	switch ln := ln.(type) {
	case *net.UnixListener:
		n, err = ask(ln, readable)
	case *net.TCPListener:
		n, err = ask(ln, acceptable)
	default:
		err = wrongType("HasBacklog", ln)
	}
	return n > 0, err
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
