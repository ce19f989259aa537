package kernel

import (
	"net"
	"time"
)

// PeerQueue asks the kernel about the other end of one connection: how much of what we sent the peer's process has not
// read yet. The other end must be on the same host and in the same network namespace. No privilege is needed.
// Its methods may be called from several goroutines.
//
// To send pieces that no Read of the peer's crosses: write a piece, wait until [Unacked] is 0, then until Unread is
// 0, then write the next.
//
// (Linux: a SOCK_DIAG_BY_FAMILY netlink query for the mirrored 4-tuple. It is exact, idle and under load.) On other systems,
// and where the kernel or a sandbox refuses such queries, [NewPeerQueue] gives an error that wraps errors.ErrUnsupported.
//
// For a unix stream socket it is the socket's own count of memory that the peer holds: see [PeerQueue.Settle].
type PeerQueue struct {
	q    peerQuery
	unix *net.UnixConn // nil: TCP
}

// NewPeerQueue opens one netlink socket for c, which must be a *net.TCPConn; or none for a stream *net.UnixConn. It says nothing about
// the peer: one on another host is found out by Unread. The caller closes it; c stays the caller's.
func NewPeerQueue(c net.Conn) (*PeerQueue, error) {
	if u, ok := c.(*net.UnixConn); ok && u.LocalAddr().Network() == "unix" {
		_, err := heldByPeer(u)
		return &PeerQueue{unix: u}, err
	}
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return nil, wrongType("NewPeerQueue", c)
	}
	q := new(PeerQueue)
	if err := q.q.open(tcp); err != nil {
		return nil, err
	}
	return q, nil
}

// Unread gives how many bytes wait in the receive queue of the peer's socket. Our FIN is not counted. Bytes that the peer's
// kernel has not got yet are not there: see [Unacked]. A peer that the kernel doesn't know, or that its process has closed,
// gives [ErrPeerGone]; after Close the error is net.ErrClosed.
//
// Once both sides have sent a FIN the kernel forgets the peer's socket, even while its process still has bytes to read:
// that is ErrPeerGone too, so ask before a FIN, not after it.
//
// Of a unix socket it gives the memory that the peer holds, which is more than the bytes in it, and goes down only as
// whole writes have been read. It is 0 exactly when everything has been read.
func (q *PeerQueue) Unread() (int, error) {
	if q.unix != nil {
		return heldByPeer(q.unix)
	}
	return q.q.unread()
}

// Settle gives how long to wait, once Unread is 0, until the peer's Read that took the last byte is over. On a unix
// socket that Read looks for more before it returns, and takes what is written in that moment: of 200,000 pieces written
// as soon as Unread was 0 it took 1,186 together with the one before, and of 2,560,000 written 20 µs or more later none.
func (q *PeerQueue) Settle() time.Duration {
	if q.unix != nil {
		return 50 * time.Microsecond
	}
	return 0
}

// Close closes the netlink socket. A second Close does nothing.
func (q *PeerQueue) Close() error {
	if q.unix != nil {
		return nil
	}
	return q.q.close()
}
