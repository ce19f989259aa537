// Package kernel holds the socket tricks: what a fake server needs from the operating system and package net doesn't give.
//
// Everything here is a question to the kernel, or an order to it, about one socket of package net:
//
//	if n, err := kernel.Unacked(c); err == nil && n == 0 {
//		err = kernel.Reset(c) // the client gets all that was written, then ECONNRESET
//	}
//
// Nothing here waits, except [Batch.Read], and nothing is left running: to wait for a count, ask again.
//
// # The words
//
//   - unacked: bytes we wrote that the peer's kernel has not acknowledged ([Unacked])
//   - undelivered: those of them that it does not have ([Undelivered])
//   - unread: bytes that have arrived at a socket and that its process has not read ([Unread], and [PeerQueue] for the other end)
//   - backlog: connections whose handshake is done and that have not been accepted ([HasBacklog])
//   - guard: a socket that keeps a port without answering on it ([Guard]); a client of it is refused
//   - beside: on the same port as a guard, where our own server listens
//   - waiting: datagrams that have arrived at a socket and that its process has not read ([Waiting])
//   - stranger: a process, or another part of the test, that wants a port of ours
//
// # Limits
//
// What a platform can't do, or what was not measured there, is an error that wraps [errors.ErrUnsupported] and names the call:
//
//	Reset                      everywhere; off Linux the RST may overtake bytes that the client has not read
//	Unacked, Unread            Linux; macOS from its documentation, not measured
//	Undelivered                Linux; elsewhere it is Unacked
//	PeerQueue, Drops           Linux
//	HasBacklog                 Linux; of a unix listener wherever there is poll
//	Waiting                    Linux; of a unix socket wherever there is poll
//	ReadNow, WriteNow, Peeker  Unix; measured on Linux only
//	GuardTCP, GuardUDP         Linux: elsewhere a second bind to the port is refused, or steals it
//	ReceiveBuffer              Unix, Windows
//	Batch                      everywhere; several datagrams in one system call on Linux only
//
// Only the types of package net are known here. A connection wrapped in something else (TLS, a recorder) must be unwrapped first.
//
// Go's listeners speak multipath TCP by default, and then a connection is several sockets and these counts are not what they say.
// Turn it off: net.ListenConfig.SetMultipathTCP(false).
//
// A guard's port is safe from every socket that doesn't set SO_REUSEPORT, and from every other user; see [Guard] for the rest.
// A UDP guard of a wildcard address keeps the port on the wildcard and the loopback addresses only; see [GuardUDP].
package kernel
