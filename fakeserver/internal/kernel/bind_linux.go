package kernel

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// family says which kind of socket is bound to which address.
type family struct {
	domain int  // AF_INET or AF_INET6
	only6  bool // IPV6_V6ONLY
	addr   netip.AddrPort
}

// chooseFamily chooses as net.Listen does: a wildcard without a 4 or 6 in the network is dual-stack, even if it is 0.0.0.0.
func chooseFamily(network string, addr netip.AddrPort) family {
	ip, port := addr.Addr().Unmap(), addr.Port()
	wildcard := !ip.IsValid() || ip.IsUnspecified()
	last := network[len(network)-1]
	switch {
	case wildcard && last == '4':
		return family{unix.AF_INET, false, netip.AddrPortFrom(netip.IPv4Unspecified(), port)}
	case wildcard:
		return family{unix.AF_INET6, last == '6', netip.AddrPortFrom(netip.IPv6Unspecified(), port)}
	case ip.Is4():
		return family{unix.AF_INET, false, netip.AddrPortFrom(ip, port)}
	}
	return family{unix.AF_INET6, true, netip.AddrPortFrom(ip, port)}
}

// bindSocket makes a socket and binds it. A dual-stack one becomes IPv4 where the kernel has no IPv6.
// The options, SO_REUSEADDR and SO_REUSEPORT, are on for the bind only.
func bindSocket(kind int, f family, options ...int) (fd uintptr, bound netip.AddrPort, err error) {
	s, err := unix.Socket(f.domain, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if errors.Is(err, unix.EAFNOSUPPORT) && f.domain == unix.AF_INET6 && !f.only6 {
		return bindSocket(kind, family{unix.AF_INET, false, netip.AddrPortFrom(netip.IPv4Unspecified(), f.addr.Port())}, options...)
	}
	if err != nil {
		return 0, bound, os.NewSyscallError("socket", err)
	}
	if bound, err = bindFD(s, f, options); err != nil {
		unix.Close(s) // the first error says more
	}
	return uintptr(s), bound, err
}

// bindFD sets the options of f, binds, and asks for the port that was chosen.
func bindFD(s int, f family, options []int) (bound netip.AddrPort, err error) {
	if f.domain == unix.AF_INET6 {
		only := 0
		if f.only6 {
			only = 1
		}
		if err := unix.SetsockoptInt(s, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only); err != nil {
			return bound, os.NewSyscallError("setsockopt", err)
		}
	}
	if err := bindWith(s, f.addr, options); err != nil {
		return bound, err
	}
	name, err := syscall.Getsockname(s) // package unix's asks for the protocol, too
	if err != nil {
		return bound, os.NewSyscallError("getsockname", err)
	}
	switch name := name.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(f.addr.Addr(), uint16(name.Port)), nil
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(f.addr.Addr(), uint16(name.Port)), nil
	}
	return bound, unsupported("a socket that is not IP")
}

func bindWith(s int, addr netip.AddrPort, options []int) error {
	for _, option := range options {
		if err := unix.SetsockoptInt(s, unix.SOL_SOCKET, option, 1); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	if err := unix.Bind(s, sockaddr(addr)); err != nil {
		return os.NewSyscallError("bind", err)
	}
	var errs []error
	for _, option := range options {
		errs = append(errs, os.NewSyscallError("setsockopt", unix.SetsockoptInt(s, unix.SOL_SOCKET, option, 0)))
	}
	return errors.Join(errs...)
}

// connect connects a socket, which for UDP sends nothing.
func connect(fd uintptr, to netip.AddrPort) error {
	return os.NewSyscallError("connect", unix.Connect(int(fd), sockaddr(to)))
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16(), ZoneId: zoneIndex(a.Addr().Zone())}
}

// zoneIndex is the scope id of an IPv6 zone: an interface's name or its number. 0 is none.
func zoneIndex(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	n, _ := strconv.ParseUint(zone, 10, 32) // 0 for a zone that isn't there: the kernel refuses the address
	return uint32(n)
}

// zoneName is the reverse of zoneIndex, as package net does it. "" is none.
func zoneName(index uint32) string {
	if index == 0 {
		return ""
	}
	if i, err := net.InterfaceByIndex(int(index)); err == nil {
		return i.Name
	}
	return strconv.FormatUint(uint64(index), 10)
}
