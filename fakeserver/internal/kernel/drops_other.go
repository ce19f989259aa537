//go:build !linux

package kernel

import "runtime"

func dropCount(uintptr) (uint32, error) { return 0, unsupported("Drops on " + runtime.GOOS) }

func waitingBytes(uintptr) (uint32, error) { return 0, unsupported("Waiting on " + runtime.GOOS) }
