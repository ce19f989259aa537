package kernel

import "net"

// PeerQueue asks the kernel about the other end of one TCP connection: how much of what we sent the peer's process has not
// read yet. The other end must be on the same host and in the same network namespace. No privilege is needed.
// Its methods may be called from several goroutines.
//
// To send pieces that no Read of the peer's crosses: write a piece, wait until [Unacked] is 0, then until Unread is
// 0, then write the next.
//
// (Linux: a SOCK_DIAG_BY_FAMILY netlink query for the mirrored 4-tuple. It is exact, idle and under load.) On other systems,
// and where the kernel or a sandbox refuses such queries, [NewPeerQueue] gives an error that wraps errors.ErrUnsupported.
type PeerQueue struct{ q peerQuery }

// NewPeerQueue opens one netlink socket for c, which must be a *net.TCPConn. It says nothing about the peer: one on another host is
// found out by Unread. The caller closes it; c stays the caller's.
func NewPeerQueue(c net.Conn) (*PeerQueue, error) {
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
func (q *PeerQueue) Unread() (int, error) { return q.q.unread() }

// Close closes the netlink socket. A second Close does nothing.
func (q *PeerQueue) Close() error { return q.q.close() }
