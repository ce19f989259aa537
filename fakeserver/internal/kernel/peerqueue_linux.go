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

// peerQuery asks the same question again and again.
type peerQuery struct {
	mu         sync.Mutex // guards diagSocket: one question at a time
	diagSocket            // its fd is -1 once closed
}

func (q *peerQuery) open(c *net.TCPConn) error {
	local, err := addrPort(c.LocalAddr())
	if err != nil {
		return err
	}
	remote, err := addrPort(c.RemoteAddr())
	if err != nil {
		return err
	}
	if err := q.diagSocket.open(); err != nil {
		return refused("PeerQueue", err)
	}
	if err := q.probe(c, local, remote); err != nil {
		unix.Close(q.fd) // the first error says more
		return err
	}
	q.request = newDiagRequest(remote, local) // the peer's own view
	return nil
}

// probe asks for c itself. A kernel without the tcp_diag module knows no socket at all, and must not be taken for one
// that says the peer is gone.
func (q *peerQuery) probe(c *net.TCPConn, local, remote netip.AddrPort) error {
	q.request = newDiagRequest(local, remote)
	_, err := q.ask()
	if err == nil {
		return nil
	}
	if !errors.Is(err, ErrPeerGone) {
		return refused("PeerQueue", err)
	}
	if state, err := ask(c, tcpState); err != nil || state == tcpClose { // c itself is gone: reset by the peer
		return err
	}
	return unsupported("PeerQueue: no tcp_diag in this kernel")
}

func addrPort(a net.Addr) (netip.AddrPort, error) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}, wrongType("PeerQueue", a)
	}
	return tcp.AddrPort(), nil
}

func (q *peerQuery) unread() (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fd < 0 {
		return 0, fmt.Errorf("kernel: PeerQueue: %w", net.ErrClosed)
	}
	return q.ask()
}

// ask asks, and reads the answer. q.mu is held, or q is not shared yet.
func (q *peerQuery) ask() (int, error) {
	if err := q.exchange(); err != nil {
		return 0, err
	}
	return q.answer.unread()
}

func (q *peerQuery) close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fd < 0 {
		return nil
	}
	fd := q.fd
	q.fd = -1
	return os.NewSyscallError("close", unix.Close(fd))
}
