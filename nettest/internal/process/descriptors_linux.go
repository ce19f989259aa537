package process

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const list = "/proc/self/fd"

// Descriptors returns the descriptors of this process, but for those of the runtime's poller.
func Descriptors() (all []Descriptor, err error) {
	open, err := numbers()
	for _, n := range open {
		name, err := os.Readlink(list + "/" + strconv.Itoa(n))
		if err != nil { // closed meanwhile, as the one that the list was read by
			continue
		}
		if name != "anon_inode:[eventpoll]" && name != "anon_inode:[eventfd]" {
			all = append(all, Descriptor{n, name})
		}
	}
	return all, err
}

// numbers returns the numbers of all descriptors.
func numbers() (all []int, err error) {
	dir, err := os.Open(list)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all, err
}

// String returns the descriptor as "descriptor 7, tcp 127.0.0.1:4242 -> 127.0.0.1:80".
func (d Descriptor) String() string {
	text := fmt.Sprintf("descriptor %d, ", d.Number)
	if !strings.HasPrefix(d.Name, "socket:") {
		return text + d.Name
	}
	text += d.network()
	if sa, err := syscall.Getsockname(d.Number); err == nil {
		text += " " + textOf(sa)
	}
	if d.option(syscall.SO_ACCEPTCONN) > 0 {
		return text + ", which listens"
	}
	if sa, err := syscall.Getpeername(d.Number); err == nil {
		text += " -> " + textOf(sa)
	}
	return text
}

// network returns what package net calls the socket's protocol, or the socket's name.
func (d Descriptor) network() string {
	domain, kind := d.option(syscall.SO_DOMAIN), d.option(syscall.SO_TYPE)
	if domain == syscall.AF_INET6 {
		domain = syscall.AF_INET
	}
	switch [2]int{domain, kind} {
	case [2]int{syscall.AF_INET, syscall.SOCK_STREAM}:
		return "tcp"
	case [2]int{syscall.AF_INET, syscall.SOCK_DGRAM}:
		return "udp"
	case [2]int{syscall.AF_UNIX, syscall.SOCK_STREAM}:
		return "unix"
	case [2]int{syscall.AF_UNIX, syscall.SOCK_DGRAM}:
		return "unixgram"
	}
	return d.Name
}

// option returns a socket's option, or -1.
func (d Descriptor) option(name int) int {
	v, err := syscall.GetsockoptInt(d.Number, syscall.SOL_SOCKET, name)
	if err != nil {
		return -1
	}
	return v
}

// textOf returns an address as package net writes it, or "?".
func textOf(sa syscall.Sockaddr) string {
	if ap := addrOf(sa); ap.IsValid() {
		return ap.String()
	}
	if sa, ok := sa.(*syscall.SockaddrUnix); ok {
		return strconv.Quote(sa.Name)
	}
	return "?"
}

// addrOf returns the address of a TCP or UDP socket, and zero of all others.
func addrOf(sa syscall.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(sa.Addr).Unmap(), uint16(sa.Port))
	}
	return netip.AddrPort{}
}
