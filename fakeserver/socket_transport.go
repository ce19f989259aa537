package fakeserver

import (
	"context"
	"net"
)

// A Transport is a network to listen on in place of the kernel's, such as one
// in memory. The conns and listeners that it returns are used through package
// net's interfaces. What they can do besides is found by these methods, each of
// them optional:
//
//	CloseWrite() error            half-close; without it, FIN is Close
//	Reset() error                 end with an RST
//	Unacked() (int, error)        bytes written that have not reached the other end
//	Acked() <-chan struct{}       closed when Unacked falls, so that it is not polled
//	Unread() (int, error)         bytes that have arrived and were not read; without it, what a client
//	                              wrote at once may come in pieces of 4 KiB where there are rules
//	ReadNow([]byte) (int, error)  Read without waiting: os.ErrDeadlineExceeded, if there is nothing
//	WriteNow([]byte) (int, error) Write without waiting, whatever the deadline: the same, if not all has left
//	Peek([]byte) (int, error)     Read, but what it has read can be read again; without it, Reads are small
//	                              while a rule FromClient waits for a match
//	PeerUnread() (int, error)     bytes written that the other end has not read
//	PeerRead() <-chan struct{}    closed when the other end reads, so that PeerUnread is not polled
//
// and of a listener or a packet conn
//
//	SetDeadline(time.Time) error  of a listener, with Backlog: lets Down take what waits in it
//	Backlog() (int, error)        of a listener: connections that wait to be accepted
//	SetBacklog(int) error         of a listener, with these two, for IgnoreDials: how many may wait;
//	                              with 0 who dials gets no answer, with -1 it is as it was at first
//	SetReadBuffer(int) error      for Config.ReceiveBuffer
//	Drops() (int64, error)        of a packet conn: datagrams lost for want of buffer
//	Waiting() (int, error)        of a packet conn: datagrams that wait to be read
//	ReadFromSocket(p []byte) (n int, from net.Addr, socket uint64, err error)
//	                              of a packet conn: ReadFrom that also gives a number of the
//	                              sender's socket, from 1, which no other has that had its address
//	Suspend() (again func() (net.Listener, error), release func(), err error)
//	                              of a listener: Close that keeps the address, and how to
//	                              listen on it again or give it up; of a packet conn with
//	                              net.PacketConn
type Transport interface {
	Listen(ctx context.Context, network, address string) (net.Listener, error)
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)
}
