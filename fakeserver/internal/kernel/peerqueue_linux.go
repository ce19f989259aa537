package kernel

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	diagRequestSize = uint32(unsafe.Sizeof(diagRequest{}))
	diagHeaderSize  = int(unsafe.Sizeof(unix.NlMsghdr{}))
	diagMessageSize = int(unsafe.Offsetof(diagAnswer{}.Inode)) + 4
)

// peerQuery is a netlink socket, a request that is always the same, and room for the answer.
type peerQuery struct {
	mu      sync.Mutex // guards all below: one question at a time
	fd      int        // -1 once closed
	request diagRequest
	answer  diagAnswer
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
	q.fd, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return refused(os.NewSyscallError("socket", err))
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
		return refused(err)
	}
	if state, err := tcpState(c); err != nil || state == tcpClose { // c itself is gone: reset by the peer
		return err
	}
	return unsupported("PeerQueue: no tcp_diag in this kernel")
}

// refused says that this kernel, or a sandbox around us, answers no such queries. A want of descriptors or memory says nothing like it.
func refused(err error) error {
	for _, lack := range []error{unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM} {
		if errors.Is(err, lack) {
			return fmt.Errorf("kernel: PeerQueue: %w", err)
		}
	}
	return fmt.Errorf("%w: %w", unsupported("PeerQueue: sock_diag refused"), err)
}

func tcpState(c *net.TCPConn) (state uint8, err error) {
	err = control(c, func(fd uintptr) error {
		info, err := tcpInfo(fd)
		if err == nil {
			state = info.State
		}
		return err
	})
	return state, err
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

// ask sends the request and reads its answer, which is there as soon as the request is sent: the kernel answers inside the
// system call. q.mu is held, or q is not shared yet.
func (q *peerQuery) ask() (int, error) {
	q.request.Header.Seq++
	request := unsafe.Slice((*byte)(unsafe.Pointer(&q.request)), diagRequestSize)
	if _, err := unix.Write(q.fd, request); err != nil {
		return 0, os.NewSyscallError("write", err)
	}
	for {
		answer := unsafe.Slice((*byte)(unsafe.Pointer(&q.answer)), unsafe.Sizeof(q.answer))
		n, err := unix.Read(q.fd, answer)
		if err != nil {
			return 0, os.NewSyscallError("read", err)
		}
		if n < diagHeaderSize+4 {
			return 0, fmt.Errorf("kernel: PeerQueue: answer of %d bytes: %w", n, io.ErrUnexpectedEOF)
		}
		if q.answer.Header.Seq == q.request.Header.Seq { // else the answer to an earlier question that failed half way
			return q.result(n)
		}
	}
}

// result reads an answer of n bytes.
func (q *peerQuery) result(n int) (int, error) {
	if q.answer.Header.Type == unix.NLMSG_ERROR {
		errno := unix.Errno(-*(*int32)(unsafe.Pointer(&q.answer.Family)))
		if errno == unix.ENOENT {
			return 0, ErrPeerGone
		}
		return 0, os.NewSyscallError("sock_diag", errno)
	}
	if n < diagMessageSize {
		return 0, fmt.Errorf("kernel: PeerQueue: answer of %d bytes: %w", n, io.ErrUnexpectedEOF)
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
