package fakeserver

import (
	"context"
	"net"
)

// A Transport is a network to listen on in place of the kernel's, such as one
// in memory. The conns and listeners that it returns are used through package
// net's interfaces. What it and they can do besides is found by their methods, each of which is
// optional. What servers rely on in each is a demand of nettest.TestTransport.
//
// Its own:
//
//	DialContext(ctx context.Context, network, address string) (net.Conn, error)
//	                              connects to an address, as net.Dialer's does; without it, no Server.Dial
//
// A connection's:
//
//	CloseWrite() error            half-close; without it, a FIN comes with Close
//	Reset() error                 Close with an RST; without it, a reset is an error for Verify
//	Unacked() (int, error)        bytes written that have not reached the other end; without it, an RST may overtake some
//	Acked() <-chan struct{}       closed when Unacked falls; without it, Unacked is polled
//	Unread() (int, error)         bytes that have arrived and were not read; without it, what a client
//	                              wrote at once may come in pieces of 4 KiB where there are rules
//	ReadNow([]byte) (int, error)  Read without waiting: os.ErrDeadlineExceeded, if there is nothing; without it,
//	                              a Read for a millisecond
//	WriteNow([]byte) (int, error) Write without waiting, whatever the deadline: the same, if not all has left; without
//	                              it, what Close finds blocked does not leave, and SetFaults cuts no Write that
//	                              is under way
//	Peek([]byte) (int, error)     Read, but what it has read can be read again; without it, Reads are small
//	                              while a rule FromClient waits for a match
//	PeerUnread() (int, error)     bytes written that the other end has not read; without it, the boundaries of
//	                              fault.Slice are pauses
//	PeerRead() <-chan struct{}    closed when the other end reads; without it, PeerUnread is polled
//	WasReset() <-chan struct{}    closed when the other end's RST has come, and what came before it may still be unread;
//	                              without it, a Proxy that waits for one side to read sees the other's RST
//	                              only after that
//
// A listener's:
//
//	SetDeadline(time.Time) error  of Accept; without it and Backlog, Down does not accept what waits
//	Backlog() (int, error)        connections that wait to be accepted
//	SetBacklog(int) error         how many may wait to be accepted: with 0 a dial gets no answer, with -1 it is as
//	                              it was at first; without these three there is no IgnoreDials
//	SetReadBuffer(int) error      of connections to come; without it, Config.ReceiveBuffer does nothing
//	Suspend() (again func() (net.Listener, error), release func(), err error)
//	                              Close that keeps the address, and how to listen on it again or give it
//	                              up; without it, the address is free while the server is down, and no rule takes it
//	                              down
//
//	DialContext(context.Context) (net.Conn, error)
//	                              connects to it; without it, no Listener.Dial
//
// A packet conn's:
//
//	SetReadBuffer(int) error      its own; without it, PacketConfig.ReceiveBuffer does nothing
//	Drops() (int64, error)        datagrams lost for want of buffer; without it, they are not counted
//	Waiting() (int, error)        0 exactly when no datagram waits to be read; without it, a Read for a millisecond
//	ReadFromSocket(p []byte) (n int, from net.Addr, socket uint64, err error)
//	                              ReadFrom that also gives a number of the sender's socket, from 1, which no
//	                              other has that had its address; without it, a peer is an address
//	Suspend() (again func() (net.PacketConn, error), release func(), err error)
//	                              as a listener's
//	DialContext(context.Context) (net.Conn, error)
//	                              as a listener's
type Transport interface {
	Listen(ctx context.Context, network, address string) (net.Listener, error)
	ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error)
}
