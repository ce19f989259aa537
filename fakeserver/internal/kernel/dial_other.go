//go:build !linux

package kernel

import "syscall"

// autobind is Linux's.
func autobind(string, string, syscall.RawConn) error { return unsupported("a name for a unix socket") }
