//go:build !linux

package clientview_test

import (
	"errors"
	"syscall"
)

const msgTrunc = 0

// awaitSign is used by rows for Linux only.
func awaitSign(syscall.Conn, sign) error { return errors.ErrUnsupported }
