package kernel

import (
	"errors"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

func canGuard() error { return nil }

// guardTCP binds one socket. Where a port was asked for, TIME_WAIT may be in the way.
func guardTCP(network string, addr netip.AddrPort) ([]uintptr, netip.AddrPort, error) {
	var options []int
	if addr.Port() != 0 {
		options = append(options, unix.SO_REUSEADDR)
	}
	fd, bound, err := bindSocket(unix.SOCK_STREAM, chooseFamily(network, addr), options...)
	if err != nil {
		return nil, bound, err
	}
	return []uintptr{fd}, bound, nil
}

// guardUDP binds the address, and only then connects, so that the port is kept at every moment.
// It binds with no option, because with SO_REUSEADDR or SO_REUSEPORT port 0 may give the port of another socket that has it too.
func guardUDP(network string, addr netip.AddrPort) (fds []uintptr, bound netip.AddrPort, err error) {
	f := chooseFamily(network, addr)
	fd, bound, err := bindSocket(unix.SOCK_DGRAM, f)
	if err != nil {
		return nil, bound, err
	}
	fds = []uintptr{fd}
	if bound.Addr().Is6() && !f.only6 {
		fds, err = addIPv4(fds, bound.Port())
	}
	if err == nil {
		fds, err = connectToSelf(fds, bound)
	}
	if err != nil {
		closeAll(fds) // the first error says more
		return nil, bound, err
	}
	return fds, bound, nil
}

// addIPv4 puts an IPv4 socket beside a dual-stack one: connected, that one is left with ::1 only.
func addIPv4(fds []uintptr, port uint16) ([]uintptr, error) {
	any4 := family{domain: unix.AF_INET, addr: netip.AddrPortFrom(netip.IPv4Unspecified(), port)}
	if err := setReusePort(fds[0], true); err != nil {
		return fds, err
	}
	fd, _, err := bindSocket(unix.SOCK_DGRAM, any4, unix.SO_REUSEPORT)
	if err != nil {
		return fds, err
	}
	return append(fds, fd), setReusePort(fds[0], false)
}

// connectToSelf connects each socket to its own address; a wildcard one to loopback, as nothing is ever sent from a wildcard.
// Where IPv6 is there but has no ::1, the IPv4 socket of a dual-stack pair keeps the port alone.
func connectToSelf(fds []uintptr, bound netip.AddrPort) ([]uintptr, error) {
	self := bound
	if bound.Addr() == netip.IPv6Unspecified() {
		self = netip.AddrPortFrom(netip.IPv6Loopback(), bound.Port())
	}
	loopback4 := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), bound.Port())
	if bound.Addr() == netip.IPv4Unspecified() {
		self = loopback4
	}
	if len(fds) == 2 {
		if err := connect(fds[1], loopback4); err != nil {
			return fds, err
		}
	}
	err := connect(fds[0], self)
	if len(fds) == 2 && (errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.ENETUNREACH)) {
		return fds[1:], closeAll(fds[:1])
	}
	return fds, err
}

// guardListener binds one socket beside fd's, which listens. What fd has accepted has SO_REUSEADDR, and so the guard needs it,
// too, while it binds.
func guardListener(fd uintptr, network string, addr netip.AddrPort) (fds []uintptr, bound netip.AddrPort, err error) {
	if err := setReusePort(fd, true); err != nil {
		return nil, bound, err
	}
	guard, bound, err := bindSocket(unix.SOCK_STREAM, chooseFamily(network, addr), unix.SO_REUSEADDR, unix.SO_REUSEPORT)
	if off := setReusePort(fd, false); err == nil && off != nil {
		unix.Close(int(guard))
		err = off
	}
	if err != nil {
		return nil, bound, err
	}
	forgetSharing(addr.Port())
	return []uintptr{guard}, bound, nil
}

// onlyIPv6 reports whether a socket that is bound to the IPv6 wildcard takes no IPv4.
func onlyIPv6(fd uintptr) bool {
	only, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_V6ONLY)
	return err == nil && only == 1
}

// setReusePort says whether a socket of this user that has the option too may bind beside fd.
func setReusePort(fd uintptr, on bool) error {
	value := 0
	if on {
		value = 1
	}
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, value))
}

// forgetSharing makes the kernel ask a TCP port's sockets again whether they share it. Once one was bound with SO_REUSEPORT, Linux
// lets each further one of the same user in by a note at the port (tb->fastreuseport, sk_reuseport_match in
// net/ipv4/inet_connection_sock.c), without a look at the others. A bind without the option takes the note away. It is made at a loopback address
// that is not in use. Where a wildcard socket covers that address, the bind fails, and the note stays.
func forgetSharing(port uint16) {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return
	}
	unix.Bind(s, &unix.SockaddrInet4{Port: int(port), Addr: [4]byte{127, 255, 255, 254}})
	unix.Close(s)
}

// closeAll closes the sockets and gives the errors joined.
func closeAll(fds []uintptr) (err error) {
	for _, fd := range fds {
		err = errors.Join(err, os.NewSyscallError("close", unix.Close(int(fd))))
	}
	return err
}
