package scenarios

import (
	"errors"
	"net/netip"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// descriptors returns the descriptors of this process that are clients' ends of
// connections to a server: stream sockets with one of the given local addresses. A socket
// keeps its address when its connection is over, until it is closed. Connections to
// others may have the same local address: Linux tells them apart by both ends.
func descriptors(local addrs, server netip.AddrPort) []int {
	var all []int
	for _, fd := range ownDescriptors() {
		if local[localAddr(fd)] && isStream(fd) && !isListening(fd) && !isElsewhere(fd, server) {
			all = append(all, fd)
		}
	}
	return all
}

// ownDescriptors returns all descriptors of this process.
func ownDescriptors() (all []int) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil {
			all = append(all, fd)
		}
	}
	return all
}

// hasRoom reports whether a Write would not wait: to the socket of this process that is
// connected from one port to another.
func hasRoom(client, server uint16) bool {
	for _, fd := range ownDescriptors() {
		if localAddr(fd).Port() != client || !isStream(fd) {
			continue
		}
		if sa, err := syscall.Getpeername(fd); err != nil || addrOf(sa).Port() != server {
			continue
		}
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		n, err := unix.Poll(fds, 0)
		return err == nil && n > 0
	}
	return false
}

func isStream(fd int) bool {
	kind, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE)
	return err == nil && kind == syscall.SOCK_STREAM
}

func isListening(fd int) bool {
	listening, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
	return err == nil && listening != 0
}

// isElsewhere reports whether a socket is connected to another server. One whose
// connection is over may not be connected to anything any more.
func isElsewhere(fd int, server netip.AddrPort) bool {
	sa, err := syscall.Getpeername(fd)
	return !errors.Is(err, syscall.ENOTCONN) && addrOf(sa) != server
}

// localAddr returns the local address of a TCP or UDP socket, and zero for all other
// descriptors.
func localAddr(fd int) netip.AddrPort {
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}
	}
	return addrOf(sa)
}

func addrOf(sa syscall.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))
	}
	return netip.AddrPort{}
}
