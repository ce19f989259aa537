package kernel

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

type socketQuery struct {
	mu         sync.Mutex // guards diagSocket: one question at a time
	diagSocket            // its fd is -1 once closed
	local      netip.AddrPort
}

func (q *socketQuery) open(pc *net.UDPConn) error {
	own, ok := pc.LocalAddr().(*net.UDPAddr)
	if !ok {
		return wrongType("PeerSockets", pc.LocalAddr())
	}
	q.local = netip.AddrPortFrom(own.AddrPort().Addr().Unmap(), own.AddrPort().Port())
	if err := q.diagSocket.open(); err != nil {
		return refused("PeerSockets", err)
	}
	if err := q.probe(pc); err != nil {
		unix.Close(q.fd) // the first error says more
		return err
	}
	return nil
}

// probe asks for pc itself. A kernel without the udp_diag module knows no socket at all, and one may be asked about another
// network namespace than that of pc.
func (q *socketQuery) probe(pc *net.UDPConn) error {
	var want uint64
	err := control(pc, func(fd uintptr) (err error) {
		want, err = unix.GetsockoptUint64(int(fd), unix.SOL_SOCKET, unix.SO_COOKIE)
		return os.NewSyscallError("getsockopt", err)
	})
	if err != nil {
		return refused("PeerSockets", err)
	}
	self, other := q.reachable(q.local), netip.AddrPort{}
	if peer, ok := pc.RemoteAddr().(*net.UDPAddr); ok {
		other = netip.AddrPortFrom(peer.AddrPort().Addr().Unmap(), peer.AddrPort().Port())
	} else {
		other = netip.AddrPortFrom(self.Addr(), 1) // a port that no client has
	}
	switch got, err := q.ask(other, self); {
	case err != nil && !errors.Is(err, ErrPeerGone):
		return refused("PeerSockets", err)
	case err != nil || got != want:
		return unsupported("PeerSockets: no udp_diag in this kernel, or of another network namespace")
	}
	return nil
}

func (q *socketQuery) cookie(client netip.AddrPort) (uint64, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fd < 0 {
		return 0, fmt.Errorf("kernel: PeerSockets: %w", net.ErrClosed)
	}
	if !client.Addr().IsLoopback() && client.Addr() != q.local.Addr() {
		return 0, unsupported("PeerSockets of another host")
	}
	server := q.local
	if server.Addr().IsUnspecified() {
		server = netip.AddrPortFrom(client.Addr(), server.Port())
	}
	cookie, err := q.ask(server, client)
	if err != nil && q.local.Addr().IsUnspecified() {
		return 0, unsupported("PeerSockets of a client that may have sent to any address")
	}
	return cookie, err
}

// ask asks for the socket at to that gets what comes from from. q.mu is held, or q is not shared yet.
func (q *socketQuery) ask(from, to netip.AddrPort) (uint64, error) {
	q.request = newDiagRequest(from, to) // the kernel's udp_dump_one looks up what comes from the first
	q.request.Protocol = unix.IPPROTO_UDP
	q.request.ID.Interface = zoneIndex(to.Addr().Zone())
	if err := q.exchange(); err != nil {
		return 0, err
	}
	c := q.answer.ID.Cookie
	return uint64(c[1])<<32 | uint64(c[0]), nil
}

// reachable returns an address that a socket bound to ap gets datagrams at.
func (q *socketQuery) reachable(ap netip.AddrPort) netip.AddrPort {
	switch ap.Addr() {
	case netip.IPv4Unspecified():
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), ap.Port())
	case netip.IPv6Unspecified():
		return netip.AddrPortFrom(netip.IPv6Loopback(), ap.Port())
	}
	return ap
}

func (q *socketQuery) close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fd < 0 {
		return nil
	}
	fd := q.fd
	q.fd = -1
	return os.NewSyscallError("close", unix.Close(fd))
}
