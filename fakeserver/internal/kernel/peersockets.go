package kernel

import (
	"net"
	"net/netip"
)

// PeerSockets tells which socket of this host has an address: whether the one that sent a datagram is the same that sent an
// earlier one, or another that was given its port. Its methods may be called from several goroutines.
//
// (Linux: a SOCK_DIAG_BY_FAMILY netlink query for the UDP socket that would get an answer, which gives the cookie that the kernel
// tells sockets apart by. It takes about 3.5 µs and no privilege.) On other systems, and where the kernel or a sandbox refuses such
// queries, [NewPeerSockets] gives an error that wraps errors.ErrUnsupported.
type PeerSockets struct{ q socketQuery }

// NewPeerSockets opens one netlink socket for the clients of pc, which must be a *net.UDPConn. The caller closes it; pc stays the
// caller's.
func NewPeerSockets(pc net.PacketConn) (*PeerSockets, error) {
	udp, ok := pc.(*net.UDPConn)
	if !ok {
		return nil, wrongType("NewPeerSockets", pc)
	}
	s := new(PeerSockets)
	if err := s.q.open(udp); err != nil {
		return nil, err
	}
	return s, nil
}

// Cookie gives the number of the socket at client, which no other has or had. Where none has the address, the error is
// [ErrPeerGone]. Only a loopback address, or the one that pc is bound to, is known to be this host's: of any other the error wraps
// errors.ErrUnsupported, as it does where pc is bound to all addresses and no socket is found: which of them a client sends to
// it does not know.
func (s *PeerSockets) Cookie(client netip.AddrPort) (uint64, error) { return s.q.cookie(client) }

// Close closes the netlink socket. A second Close does nothing.
func (s *PeerSockets) Close() error { return s.q.close() }
