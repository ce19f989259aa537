package kernel

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	diagRequestSize = uint32(unsafe.Sizeof(diagRequest{}))
	diagHeaderSize  = int(unsafe.Sizeof(unix.NlMsghdr{}))
	diagMessageSize = int(unsafe.Offsetof(diagAnswer{}.Inode)) + 4
)

// diagSocket is a netlink socket with a question and room for its answer. One may ask at a time.
type diagSocket struct {
	fd      int
	request diagRequest
	answer  diagAnswer
}

func (s *diagSocket) open() (err error) {
	s.fd, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_SOCK_DIAG)
	return os.NewSyscallError("socket", err)
}

// exchange sends the request and reads its answer, which is there as soon as the request is sent: the kernel answers inside
// the system call. Where there is no such socket, it gives ErrPeerGone.
func (s *diagSocket) exchange() error {
	s.request.Header.Seq++
	request := unsafe.Slice((*byte)(unsafe.Pointer(&s.request)), diagRequestSize)
	if _, err := unix.Write(s.fd, request); err != nil {
		return os.NewSyscallError("write", err)
	}
	for {
		answer := unsafe.Slice((*byte)(unsafe.Pointer(&s.answer)), unsafe.Sizeof(s.answer))
		n, err := unix.Read(s.fd, answer)
		if err != nil {
			return os.NewSyscallError("read", err)
		}
		if n < diagHeaderSize+4 {
			return fmt.Errorf("kernel: sock_diag: answer of %d bytes: %w", n, io.ErrUnexpectedEOF)
		}
		if s.answer.Header.Seq == s.request.Header.Seq { // else the answer to an earlier question that failed half way
			return s.result(n)
		}
	}
}

// result looks at an answer of n bytes.
func (s *diagSocket) result(n int) error {
	if s.answer.Header.Type == unix.NLMSG_ERROR {
		errno := unix.Errno(-*(*int32)(unsafe.Pointer(&s.answer.Family)))
		if errno == unix.ENOENT {
			return ErrPeerGone
		}
		return os.NewSyscallError("sock_diag", errno)
	}
	if n < diagMessageSize {
		return fmt.Errorf("kernel: sock_diag: answer of %d bytes: %w", n, io.ErrUnexpectedEOF)
	}
	return nil
}

// refused says that this kernel, or a sandbox around us, answers no such queries. A want of descriptors or memory says nothing like it.
func refused(call string, err error) error {
	for _, lack := range []error{unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM} {
		if errors.Is(err, lack) {
			return fmt.Errorf("kernel: %s: %w", call, err)
		}
	}
	return fmt.Errorf("%w: %w", unsupported(call+": sock_diag refused"), err)
}

// sockID is struct inet_diag_sockid of linux/inet_diag.h. Ports and addresses are big endian, the rest is the machine's own.
// IPv4 takes the first four bytes of an address.
type sockID struct {
	SrcPort, DstPort [2]byte
	Src, Dst         [16]byte
	Interface        uint32
	Cookie           [2]uint32
}

// diagRequest is a struct nlmsghdr (linux/netlink.h) and a struct inet_diag_req_v2 (linux/inet_diag.h).
type diagRequest struct {
	Header   unix.NlMsghdr
	Family   uint8
	Protocol uint8
	Ext      uint8
	_        uint8
	States   uint32
	ID       sockID
}

// diagAnswer is a struct nlmsghdr and either a struct inet_diag_msg (linux/inet_diag.h) with attributes, most of which
// nothing asked for, or a struct nlmsgerr, whose first four bytes are minus the error number.
type diagAnswer struct {
	Header  unix.NlMsghdr
	Family  uint8
	State   uint8
	Timer   uint8
	Retrans uint8
	ID      sockID
	Expires uint32
	RQueue  uint32
	WQueue  uint32
	UID     uint32
	Inode   uint32

	attributes [512]byte
}

// newDiagRequest asks for the one TCP socket at local whose peer is remote. An IPv4 socket of a dual-stack listener is
// filed under IPv4, so the family is that of the unmapped address. Both addresses have the same family.
func newDiagRequest(local, remote netip.AddrPort) diagRequest {
	r := diagRequest{Family: unix.AF_INET6, Protocol: unix.IPPROTO_TCP, States: ^uint32(0)}
	r.Header = unix.NlMsghdr{Len: diagRequestSize, Type: unix.SOCK_DIAG_BY_FAMILY, Flags: unix.NLM_F_REQUEST}
	r.ID = newSockID(local, remote)
	if local.Addr().Unmap().Is4() {
		r.Family = unix.AF_INET
	}
	return r
}

func newSockID(local, remote netip.AddrPort) sockID {
	id := sockID{
		SrcPort: [2]byte{byte(local.Port() >> 8), byte(local.Port())},
		DstPort: [2]byte{byte(remote.Port() >> 8), byte(remote.Port())},
		Cookie:  [2]uint32{^uint32(0), ^uint32(0)}, // INET_DIAG_NOCOOKIE
		// A connection between link-local addresses is tied to its interface, any other to none.
		Interface: zoneIndex(local.Addr().Zone()),
	}
	copy(id.Src[:], local.Addr().Unmap().AsSlice())
	copy(id.Dst[:], remote.Addr().Unmap().AsSlice())
	return id
}

// unread is how many bytes wait in the socket that a tells about.
func (a *diagAnswer) unread() (int, error) {
	switch a.State {
	case tcpListen, tcpTimeWait:
		// The kernel gives the listener at the address when there is no connection any more.
		return 0, ErrPeerGone
	case tcpFinWait1, tcpFinWait2, tcpClosing, tcpLastAck:
		if a.Inode == 0 { // closed by its process, not just half-closed
			return 0, ErrPeerGone
		}
	}
	n := int(a.RQueue)
	switch a.State {
	case tcpCloseWait, tcpLastAck, tcpClosing: // our FIN is in the queue as one byte, at its end
		n = max(n-1, 0)
	}
	return n, nil
}
