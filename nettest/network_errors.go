package nettest

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
)

// errMissingAddress is package net's.
var errMissingAddress = errors.New("missing address")

// sysErr returns errno as package net gets it from a system call.
func sysErr(call string, errno syscall.Errno) error { return os.NewSyscallError(call, errno) }

// A timeoutError is the error of a connect or an Accept whose time is up.
type timeoutError struct{}

func (timeoutError) Error() string   { return "i/o timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }
func (timeoutError) Is(err error) bool {
	return err == context.DeadlineExceeded || err == os.ErrDeadlineExceeded
}

// A canceledError is the error of a connect whose context was canceled.
type canceledError struct{}

func (canceledError) Error() string     { return "operation was canceled" }
func (canceledError) Is(err error) bool { return err == context.Canceled }

// asNet returns a context's error as package net's.
func asNet(err error) error {
	switch err {
	case context.Canceled:
		return canceledError{}
	case context.DeadlineExceeded:
		return timeoutError{}
	}
	return err
}

// dialError returns the error of a dial. addr may be nil.
func dialError(network string, addr net.Addr, err error) error {
	return &net.OpError{Op: "dial", Net: network, Addr: addr, Err: err}
}

// listenError returns the error of a listen. addr may be nil.
func listenError(network string, addr net.Addr, err error) error {
	return &net.OpError{Op: "listen", Net: network, Addr: addr, Err: err}
}
