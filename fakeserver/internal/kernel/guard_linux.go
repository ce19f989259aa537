package kernel

import (
	"errors"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// guardTCP binds one socket, with SO_REUSEADDR from the start: like net.Listen it must get past TIME_WAIT.
func guardTCP(network string, addr netip.AddrPort) ([]uintptr, netip.AddrPort, error) {
	fd, bound, err := bindSocket(unix.SOCK_STREAM, chooseFamily(network, addr), true)
	if err != nil {
		return nil, bound, err
	}
	return []uintptr{fd}, bound, nil
}

// guardUDP binds the address, and only then connects, so that the port is kept at every moment.
// It binds without SO_REUSEADDR, because with it port 0 may give the port of another socket that has the option too.
func guardUDP(network string, addr netip.AddrPort) (fds []uintptr, bound netip.AddrPort, err error) {
	f := chooseFamily(network, addr)
	fd, bound, err := bindSocket(unix.SOCK_DGRAM, f, false)
	if err != nil {
		return nil, bound, err
	}
	fds = []uintptr{fd}
	if err = setReuseAddr(fd, true); err == nil && bound.Addr().Is6() && !f.only6 {
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
	fd, _, err := bindSocket(unix.SOCK_DGRAM, any4, true)
	if err != nil {
		return fds, err
	}
	return append(fds, fd), nil
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

// closeAll closes the sockets and gives the errors joined.
func closeAll(fds []uintptr) error {
	var errs []error
	for _, fd := range fds {
		errs = append(errs, os.NewSyscallError("close", unix.Close(int(fd))))
	}
	return errors.Join(errs...)
}
