package kernel

import "syscall"

// control runs f on c's descriptor and gives the first error: that of a closed c (net.ErrClosed), or f's.
func control(c syscall.Conn, f func(fd uintptr) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	return controlRaw(raw, f)
}

// controlRaw is control for a socket that package net is just making.
func controlRaw(raw syscall.RawConn, f func(fd uintptr) error) error {
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(fd) }); err != nil {
		return err
	}
	return inner
}
