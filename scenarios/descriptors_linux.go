package scenarios

import (
	"net/netip"
	"os"
	"strconv"
	"syscall"
)

// descriptors returns the descriptors of this process that are sockets with one of
// the given local addresses. A socket keeps its address when its connection is over,
// until it is closed.
func descriptors(local addrs) []int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil
	}
	var all []int
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err == nil && local[localAddr(fd)] {
			all = append(all, fd)
		}
	}
	return all
}

// localAddr returns the local address of a TCP or UDP socket, and zero for all other
// descriptors.
func localAddr(fd int) netip.AddrPort {
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}
	}
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))
	}
	return netip.AddrPort{}
}
