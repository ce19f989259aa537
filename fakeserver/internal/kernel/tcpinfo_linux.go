package kernel

import (
	"encoding/binary"
	"os"

	"golang.org/x/sys/unix"
)

// States of a TCP socket, from net/tcp_states.h.
const (
	tcpFinWait1  = 4
	tcpFinWait2  = 5
	tcpTimeWait  = 6
	tcpClose     = 7
	tcpCloseWait = 8
	tcpLastAck   = 9
	tcpListen    = 10
	tcpClosing   = 11
)

// tcpState asks for the first byte of that struct alone.
func tcpState(fd uintptr) (int, error) {
	first, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0, os.NewSyscallError("getsockopt", err)
	}
	var bytes [4]byte
	binary.NativeEndian.PutUint32(bytes[:], uint32(first))
	return int(bytes[0]), nil
}

// tcpInfo asks for struct tcp_info of linux/tcp.h.
func tcpInfo(fd uintptr) (*unix.TCPInfo, error) {
	info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	return info, os.NewSyscallError("getsockopt", err)
}
