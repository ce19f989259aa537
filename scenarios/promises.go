package scenarios

import "slices"

// Promises returns all promises of a kind of subject, in the order of their specs:
// Promises[TCPClient]() are those of TCP clients. With Run it tells which of them a
// subject keeps that nobody knows yet. The list is the caller's.
func Promises[S Subject]() []Promise[S] {
	var all any
	switch any(*new(S)).(type) {
	case TCPClient:
		all = tcpPromises
	case UDPClient:
		all = udpPromises
	case NetworkLogger:
		all = loggerPromises
	}
	return slices.Clone(all.([]Promise[S]))
}
