// Package socket is what a server does with its sockets beyond package net's interfaces, on whatever network they are.
//
// Each function is about one ability, such as to end a connection with an RST. It looks for a method first, as
// fakeserver.Transport lists them, and asks the kernel otherwise. So the callers need not know which network a socket
// belongs to:
//
//	if n, err := socket.Unacked(c); err == nil && n == 0 {
//		err = socket.Reset(c)
//	}
//
// What neither has is an error that wraps [errors.ErrUnsupported], or the answer that says so: a nil channel is never
// closed, and a listener that can't be asked for its backlog has none.
package socket
