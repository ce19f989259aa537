package kernel

import (
	"encoding/binary"
	"net"
	"unsafe"

	"golang.org/x/sys/unix"
)

// diagInfo is INET_DIAG_INFO of linux/inet_diag.h: the attribute that has a struct tcp_info.
const diagInfo = 2

// undelivered takes what the peer's socket says that it has received from what c has sent. Unacked was asked before: what has been
// acknowledged since then counts twice, so that the sum is not too small.
func undelivered(c *net.TCPConn, unacked int) int {
	acked, err := ask(c, func(fd uintptr) (int, error) {
		info, err := tcpInfo(fd)
		if err != nil {
			return 0, err
		}
		return int(info.Bytes_acked), nil
	})
	if err != nil {
		return unacked
	}
	received, err := peerReceived(c)
	if err != nil {
		return unacked
	}
	return max(acked+unacked-received, 0)
}

// peerReceived asks the socket at the other end of c how many bytes it has received, in order.
func peerReceived(c *net.TCPConn) (int, error) {
	local, err := addrPort(c.LocalAddr())
	if err != nil {
		return 0, err
	}
	remote, err := addrPort(c.RemoteAddr())
	if err != nil {
		return 0, err
	}
	var s diagSocket
	if err := s.open(); err != nil {
		return 0, err
	}
	defer unix.Close(s.fd)
	s.request = newDiagRequest(remote, local) // the peer's own view
	s.request.Ext = 1 << (diagInfo - 1)
	if err := s.exchange(); err != nil {
		return 0, err
	}
	return s.answer.received()
}

// received is how many bytes have come to the socket that a tells about.
func (a *diagAnswer) received() (int, error) {
	const at = unsafe.Offsetof(unix.TCPInfo{}.Bytes_received)
	for rest := a.attributes[:min(len(a.attributes), max(int(a.Header.Len)-diagMessageSize, 0))]; len(rest) >= unix.SizeofRtAttr; {
		n, kind := int(binary.NativeEndian.Uint16(rest)), binary.NativeEndian.Uint16(rest[2:])
		if n < unix.SizeofRtAttr || n > len(rest) {
			break
		}
		if info := rest[unix.SizeofRtAttr:n]; kind == diagInfo && len(info) >= int(at)+8 {
			return int(binary.NativeEndian.Uint64(info[at:])), nil
		}
		rest = rest[min((n+3)&^3, len(rest)):]
	}
	return 0, ErrPeerGone // in TIME_WAIT, or a kernel that does not tell
}
