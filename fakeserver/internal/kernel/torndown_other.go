//go:build !windows

package kernel

import "syscall"

var tornDown = []error{syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED}
