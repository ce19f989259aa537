package fakeserver

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

// The words are package net's own.
func TestHandlerTextIsPackageNets(t *testing.T) {
	v4 := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}
	v6 := &net.TCPAddr{IP: net.IPv6loopback, Port: 81}
	zone := &net.TCPAddr{IP: net.ParseIP("fe80::1"), Port: 82, Zone: "eth0"}
	mapped := &net.TCPAddr{IP: net.ParseIP("::ffff:10.0.0.1"), Port: 83}
	unix := &net.UnixAddr{Net: "unix", Name: "/tmp/s"}
	for _, err := range []error{
		io.EOF,
		&net.OpError{Op: "read", Net: "tcp", Source: v4, Addr: v6, Err: net.ErrClosed},
		&net.OpError{Op: "write", Net: "tcp", Source: zone, Addr: mapped, Err: os.NewSyscallError("write", syscall.EPIPE)},
		&net.OpError{Op: "read", Net: "unix", Source: unix, Addr: &net.UnixAddr{Net: "unix"}, Err: os.ErrDeadlineExceeded},
		&net.OpError{Op: "dial", Net: "tcp", Addr: v4, Err: syscall.ECONNREFUSED},
		&net.OpError{Op: "listen", Net: "tcp", Source: v4, Err: net.ErrClosed},
		errors.Join(io.EOF, &net.OpError{Op: "read", Net: "tcp", Source: v4, Addr: v6, Err: net.ErrClosed}),
	} {
		if got, want := handlerText(err), "handler: "+err.Error(); got != want {
			t.Errorf("handlerText = %q, want %q", got, want)
		}
	}
}
