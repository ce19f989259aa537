package scenarios

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/fakewire/fakewire/nettest/subject"
)

// diagSockets is procSockets by a sock_diag query, which leaves out what procSockets throws
// away: /proc/net/tcp spells out the thousands of sockets in TIME_WAIT of a machine that
// runs tests, and to read it takes a tenth of a second if that is busy. Sandboxes may
// refuse such queries.
func diagSockets(server uint16) (all []socket, err error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	defer unix.Close(fd)
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		if _, err := unix.Write(fd, diagRequest(family, server)); err != nil {
			return nil, os.NewSyscallError("write", err)
		}
		if all, err = readDiag(fd, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// clientStates are the states of clients' ends: ESTABLISHED, SYN_SENT, FIN_WAIT1,
// FIN_WAIT2, CLOSE_WAIT, LAST_ACK and CLOSING.
const clientStates = 1<<established | 1<<synSent | 1<<4 | 1<<5 | 1<<8 | 1<<9 | 1<<11

// diagRequest asks for the TCP sockets of a family that are connected to a port, or are
// about to be: a struct nlmsghdr (linux/netlink.h) and a struct inet_diag_req_v2
// (linux/inet_diag.h).
func diagRequest(family byte, port uint16) []byte {
	const size, states, remotePort = 72, 4, 10
	b := make([]byte, size)
	native := binary.NativeEndian
	native.PutUint32(b, size)
	native.PutUint16(b[4:], unix.SOCK_DIAG_BY_FAMILY)
	native.PutUint16(b[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	request := b[unix.SizeofNlMsghdr:]
	request[0], request[1] = family, unix.IPPROTO_TCP
	native.PutUint32(request[states:], clientStates)
	binary.BigEndian.PutUint16(request[remotePort:], port)
	return b
}

// readDiag appends the sockets that the kernel tells about to all.
func readDiag(fd int, all []socket) ([]socket, error) {
	for p := make([]byte, 64<<10); ; {
		n, err := unix.Read(fd, p)
		if err != nil {
			return all, os.NewSyscallError("read", err)
		}
		messages, err := syscall.ParseNetlinkMessage(p[:n])
		if err != nil {
			return all, err
		}
		for _, m := range messages {
			switch m.Header.Type {
			case unix.NLMSG_DONE:
				return all, nil
			case unix.NLMSG_ERROR:
				return all, fmt.Errorf("sock_diag: %w", diagErrno(m.Data))
			}
			s, err := parseDiag(m.Data)
			if err != nil {
				return all, err
			}
			all = append(all, s)
		}
	}
}

// diagErrno returns the error of a struct nlmsgerr.
func diagErrno(message []byte) error {
	if len(message) < 4 {
		return io.ErrUnexpectedEOF
	}
	return syscall.Errno(-int32(binary.NativeEndian.Uint32(message)))
}

// parseDiag reads a struct inet_diag_msg. An orphan has no descriptor, and so no inode.
func parseDiag(message []byte) (s socket, err error) {
	const state, localPort, unread, unsent, inode, size = 1, 4, 56, 60, 68, 72
	if len(message) < size {
		return s, fmt.Errorf("sock_diag: answer of %d bytes: %w", len(message), io.ErrUnexpectedEOF)
	}
	native := binary.NativeEndian
	s.port, s.state = binary.BigEndian.Uint16(message[localPort:]), uint64(message[state])
	s.unread, s.unsent = uint64(native.Uint32(message[unread:])), uint64(native.Uint32(message[unsent:]))
	s.orphan = native.Uint32(message[inode:]) == 0
	return s, nil
}

// hasRoom reports whether a Write would not wait: to the socket of this process that is
// connected from one port to another.
func hasRoom(client, server uint16) bool {
	open, _ := subject.Sockets(func(local, remote netip.AddrPort) bool {
		return local.Port() == client && remote.Port() == server
	})
	if len(open) == 0 {
		return false
	}
	fds := []unix.PollFd{{Fd: int32(open[0]), Events: unix.POLLOUT}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0
}
