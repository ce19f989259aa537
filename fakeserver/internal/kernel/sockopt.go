package kernel

import (
	"fmt"
	"os"
	"syscall"
)

// A sharing is SO_REUSEPORT of a socket that package net makes: on while it is bound, and off from then on. What is bound
// already stays so.
type sharing struct {
	control func(network, address string, c syscall.RawConn) error // the caller's, which comes first; or nil
	socket  syscall.RawConn                                        // nil before begin
	err     error                                                  // of the last setsockopt
}

// begin is a net.ListenConfig.Control function.
func (s *sharing) begin(network, address string, c syscall.RawConn) error {
	if s.control != nil {
		if err := s.control(network, address, c); err != nil {
			return err
		}
	}
	s.socket = c
	return s.set(s.on)
}

// end is for when the socket is bound.
func (s *sharing) end() error { return s.set(s.off) }

func (s *sharing) set(option func(fd uintptr)) error {
	if err := s.socket.Control(option); err != nil {
		return err
	}
	return s.err
}

func (s *sharing) on(fd uintptr)  { s.err = setReusePort(fd, true) }
func (s *sharing) off(fd uintptr) { s.err = setReusePort(fd, false) }

// ReceiveBuffer gives a net.ListenConfig.Control function that asks for a receive buffer (SO_RCVBUF) of that many bytes,
// which must be more than 0; if not, Listen gives EINVAL. It has to be set on the listener: after accept it comes too
// late for the window. Linux doubles the figure, raises it to a minimum of 2,304, and caps it at twice net.core.rmem_max, silently.
func ReceiveBuffer(bytes int) func(network, address string, c syscall.RawConn) error {
	return func(network, address string, c syscall.RawConn) error {
		if bytes <= 0 { // the kernel would take -1 for the largest buffer there is
			return fmt.Errorf("kernel: ReceiveBuffer(%d): %w", bytes, syscall.EINVAL)
		}
		return controlRaw(c, func(fd uintptr) error {
			return os.NewSyscallError("setsockopt", setReceiveBuffer(fd, bytes))
		})
	}
}
