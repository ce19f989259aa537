//go:build !linux

package kernel

import "runtime"

func acceptQueue(uintptr) (int, error) { return 0, unsupported("Backlog on " + runtime.GOOS) }
