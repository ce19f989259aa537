package process

import (
	"errors"
	"net/netip"
	"syscall"
)

// Streams returns the descriptors of this process that are TCP sockets, and do not listen, for whose addresses
// cond holds. A socket keeps its own address when its connection is over, until it is closed; the other end's is
// zero by then.
func Streams(cond func(local, remote netip.AddrPort) bool) (all []int, err error) {
	open, err := numbers()
	for _, n := range open {
		own, _ := syscall.Getsockname(n)
		local := addrOf(own)
		if !local.IsValid() { // another protocol's, or no socket at all
			continue
		}
		other, err := syscall.Getpeername(n)
		if err != nil && !errors.Is(err, syscall.ENOTCONN) { // closed meanwhile
			continue
		}
		d := Descriptor{Number: n}
		if cond(local, addrOf(other)) && d.option(syscall.SO_TYPE) == syscall.SOCK_STREAM && d.option(syscall.SO_ACCEPTCONN) == 0 {
			all = append(all, n)
		}
	}
	return all, err
}
