package kernel

import (
	"errors"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func newFiller(to netip.AddrPort) (*Filler, error) {
	domain := unix.AF_INET
	if to.Addr().Is6() {
		domain = unix.AF_INET6
	}
	s, err := unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	f := &Filler{fd: uintptr(s)}
	if err = connect(f.fd, to); err == nil || errors.Is(err, unix.EINPROGRESS) {
		f.addr, err = nameOf(s, to)
	}
	if err != nil {
		unix.Close(s) // the first error says more
		return nil, err
	}
	return f, nil
}

// nameOf returns the address of a socket that connects to another on this host.
func nameOf(s int, to netip.AddrPort) (netip.AddrPort, error) {
	name, err := syscall.Getsockname(s) // package unix's asks for the protocol, too
	if err != nil {
		return netip.AddrPort{}, os.NewSyscallError("getsockname", err)
	}
	switch name := name.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(name.Addr), uint16(name.Port)), nil
	case *syscall.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(name.Addr).WithZone(to.Addr().Zone()), uint16(name.Port)), nil
	}
	return netip.AddrPort{}, unsupported("a socket that is not IP")
}

func connected(fd uintptr, d time.Duration) (bool, error) {
	until := time.Now().Add(d)
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	for {
		wait := max(time.Until(until), 0)
		n, err := unix.Poll(p, int((wait+time.Millisecond-1)/time.Millisecond))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return false, os.NewSyscallError("poll", err)
		case n == 0:
			return false, nil
		default:
			number, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
			if err == nil && number != 0 {
				err = unix.Errno(number)
			}
			return err == nil, os.NewSyscallError("connect", err)
		}
	}
}

func closeByRST(fd uintptr) error {
	err := unix.SetsockoptLinger(int(fd), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	return errors.Join(os.NewSyscallError("setsockopt", err), os.NewSyscallError("close", unix.Close(int(fd))))
}
